"""Access tokens that run out, are refused, are taken back, and are wanted by several at once."""

import json
import socket
import threading
import time

import mailroom
import pytest

from EndToEnd import helper
from OAuth.conftest import sign_in
from OAuth.test_connect import failed
from Servers import seed
from Servers.faulty import Faulty


class Expiring(Faulty):
    """Stands before a Dovecot and does as Exchange does: when a token has run out, the session ends with it."""

    def __init__(self, target, oauth):
        self.target, self.oauth = target, oauth
        super().__init__()

    def talk(self, connection):
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            threading.Thread(target=self._forth, args=(connection, server), daemon=True).start()
            fetched = 0
            while data := server.recv(65536):
                # At the end of a FETCH, and only once: the token is old by then.
                if data.endswith(b"\r\n") and b"OK Fetch completed" in data[-200:]:
                    fetched += 1
                if fetched >= 2 and not self.reached:
                    self.reached += 1
                    token = self.oauth.tokens[-1]
                    while not token.is_expired():
                        time.sleep(0.05)
                    connection.sendall(data + b"* BYE Session invalidated - AccessTokenExpired\r\n")
                    return
                connection.sendall(data)

    @staticmethod
    def _forth(connection, server):
        try:
            while data := connection.recv(65536):
                server.sendall(data)
        except OSError:
            pass


@pytest.mark.limit(180)
def test_a_token_runs_out_in_the_middle_of_a_sync(room, oauth, dovecot, connect, user):
    seed.fill(dovecot.imap, user, 1500)
    oauth.life = 6
    with Expiring(dovecot.imap, oauth) as gate:
        account = connect(imap_port=str(gate.port), imap_tls="none")
        room.reconnect(account, imap_port=str(gate.port), imap_tls="none")
        done = room.sync(account)
        assert gate.reached == 1, "the session was ended"
        assert oauth.asked["refresh_token"] >= 1
        shown = room.status(account)
        assert shown.messages == 1500 and shown.state == "enabled", done
        assert room.audit(account).missing == 0


def test_it_is_fetched_ahead_of_its_end(room, oauth, connect):
    oauth.life = 20  # a fifth of its life is four seconds
    account = connect()
    before = oauth.asked["refresh_token"]
    room.sync(account)
    assert oauth.asked["refresh_token"] == before
    time.sleep(16.5)
    assert not oauth.tokens[-1].is_expired()
    room.reconnect(account)
    assert oauth.asked["refresh_token"] == before + 1
    # The one ahead of time fails, and the one that is there is used.
    time.sleep(16.5)
    oauth.faults = [(503, {"error": "temporarily_unavailable"})]
    room.reconnect(account)
    assert oauth.asked["refresh_token"] == before + 2 and room.status(account).state == "enabled"


def test_what_a_server_refuses_is_fetched_anew_once(room, oauth, connect):
    account = connect()
    oauth.tokens[-1].revoked = True
    room.reconnect(account)
    assert oauth.asked["refresh_token"] == 1 and room.status(account).state == "enabled"
    form = oauth.forms[-1]
    assert form["grant_type"] == "refresh_token"
    # Whatever comes is refused: one more, and then it is an error.
    oauth.clients["dead"] = oauth.clients["crm"]
    original = oauth.__class__.token
    generate = oauth.server._token_generators["default"]
    oauth.server.register_token_generator("default", lambda *a, **n: {**generate(*a, **n), "scope": "other"})
    oauth.tokens[-1].revoked = True
    error = failed(room.reconnect, account)
    assert error.cause == "oauth.token_refused" and oauth.asked["refresh_token"] == 2, error
    assert original is oauth.__class__.token
    shown = room.status(account)
    assert shown.state == "error" and "next_attempt" in shown, "the mailbox may be opened again any time"


def test_a_refresh_token_is_replaced(oauth, connect, room):
    account = connect()
    used = []
    for _ in range(3):
        oauth.tokens[-1].revoked = True
        room.reconnect(account)
        used.append(oauth.forms[-1]["refresh_token"])
    assert len(set(used)) == 3, "each is good for one time"


def test_access_is_taken_back(room, oauth, dovecot, connect, user, address, servers):
    seed.fill(dovecot.imap, user, 2)
    account = connect()
    room.sync(account)
    oauth.revoke_all(address)
    error = failed(room.sync, account)
    assert error.cause == "oauth.revoked" and isinstance(error, mailroom.AuthError)
    shown = room.status(account)
    assert shown.state == "error" and shown.colour == "red" and "next_attempt" not in shown
    assert "authoriz" in shown.advice and shown.title
    assert [row.cause for row in room.find("log")][-1] == "oauth.revoked"
    # The owner signs in again: the account goes on, with its mail.
    begun = room.authorize(account, redirect_uri="http://127.0.0.1:9/")
    back = sign_in(begun.url)
    room.reconnect(account, state=back["state"], code=back["code"])
    seed.fill(dovecot.imap, user, 1, first=2)
    room.sync(account)
    assert room.status(account).messages == 3 and room.status(account).state == "enabled"


def test_access_is_given_up(room, oauth, connect):
    account = connect()
    token = oauth.tokens[-1]
    given = room.authorize(account, revoke=True)
    assert given.revoked == 1 and token.revoked and oauth.asked["revoke"] == 1
    assert failed(room.reconnect, account).cause == "oauth.missing"


WANTED = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"], connect_timeout_ms=20000, io_timeout_ms=20000)
account = room.accounts().first()
print(json.dumps("ready"), flush=True)
sys.stdin.readline()
try:
    if given["what"] == "sync":
        room.sync(account)
        answer("ok")
    else:
        found = room.doctor(account)
        login = [step for step in found["steps"] if step["step"] == "login"]
        answer("ok" if login and login[0].get("ok") == 1 else found)
except mailroom.MailroomError as error:
    answer(str(error))
room.close()
"""


@pytest.mark.limit(180)
@pytest.mark.parametrize("rotates", [True, False])
def test_many_processes_at_expiry_fetch_one(room, oauth, site, connect, store, rotates):
    oauth.rotates, oauth.life = rotates, 3
    connect()
    room.close()
    work = ["sync", "doctor", "doctor", "doctor"]
    processes = [
        helper.start(WANTED, {"store": str(store), "ca": site.ca, "what": what}) for what in work]
    try:
        for process in processes:
            assert helper.read_answer(process) == "ready"
        while not oauth.tokens[-1].is_expired():
            time.sleep(0.05)
        oauth.life, oauth.delay = 3600, 1.0
        before = oauth.asked["refresh_token"]
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        answers = [helper.read_answer(process) for process in processes]
    finally:
        for process in processes:
            process.stdin.close()
            process.wait(30)
    assert answers == ["ok"] * len(work)
    assert oauth.asked["refresh_token"] - before == 1, "exactly one asked for the next token"


@pytest.mark.limit(120)
def test_many_threads_at_expiry_fetch_one(room, oauth, connect):
    oauth.life = 3
    account = connect()
    while not oauth.tokens[-1].is_expired():
        time.sleep(0.05)
    oauth.life, oauth.delay = 3600, 0.5
    results = []

    def look():
        results.append([step.get("ok") for step in room.doctor(account)["steps"] if step["step"] == "login"])

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[1]] * 6 and oauth.asked["refresh_token"] == 1


def test_the_program_hands_its_tokens_in(room, oauth, servers, address):
    job = room.connect(address=address, auth="external", **servers, wait=False)
    with job:
        with pytest.raises(mailroom.TimeoutError):
            job.wait(1)
        wanted = [row for row in room.changes() if row.get("detail") == "token_wanted"]
        assert [row.kind for row in wanted] == ["account"]
        token = oauth.token(address, life=3)
        room.put_token(wanted[0].account, token.access, expires_at=int((time.time() + 3) * 1000))
        job.wait(30)
    account = room.accounts().first()
    assert account.auth == "external" and account.state == "enabled" and account.token_expires
    # Nobody hands in the next one.
    time.sleep(3)
    error = failed(room.sync, account)
    assert error.cause == "oauth.token_wanted" and room.status(account).state == "error"
    assert len([row for row in room.changes() if row.get("detail") == "token_wanted"]) >= 1
    room.put_token(account, oauth.token(address).access)
    room.sync(account)
    assert room.status(account).state == "enabled"
    assert sum(oauth.asked[kind] for kind in ("refresh_token", "authorization_code")) == 0


def test_tokens_are_only_taken_where_they_are_wanted(room, connect):
    account = connect()
    assert isinstance(failed(room.put_token, account, "x"), mailroom.UnsupportedError)


def test_no_token_and_no_secret_is_shown(room, oauth, site, store, connect):
    account = connect(client_id="secretive", client_secret="s3cret")
    secrets = ["s3cret"] + [text for token in oauth.tokens for text in (token.access, token.refresh)]
    text = json.dumps(room.status(account)) + "".join(json.dumps(row) for row in room.find("log"))
    text += "".join(json.dumps(row) for row in room.find("job"))
    for path in (store, f"{store}-wal"):
        with open(path, "rb") as file:
            text += file.read().decode("latin-1")
    assert not [secret for secret in secrets if secret in text]
