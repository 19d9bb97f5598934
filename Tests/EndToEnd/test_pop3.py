"""POP3 against real servers: first sync and news, what stays on the server, a worker killed between RETR and QUIT, and
the same mail by IMAP."""

import hashlib
import imaplib
import re
import signal
import socket
import threading

import mailroom
import pytest

from EndToEnd import helper
from Servers import PASSWORD, Courier, Cyrus, seed
from Servers.faulty import Faulty

SYNC = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
account = next(iter(room.accounts()), None) or room.connect(**given["settings"])
answer(room.sync(account["id"]))
room.close()
"""


@pytest.fixture(scope="module", params=["dovecot", "cyrus", "courier"])
def server(request, site):
    """Each of the real servers, with the ports `imap` and `pop3`, both with STARTTLS."""
    if request.param == "dovecot":
        yield site.dovecot
        return
    kind = {"cyrus": Cyrus, "courier": Courier}[request.param]
    with kind(f"{site.folder}/pop3-{request.param}", site.pki) as running:
        yield running


def mailbox(server, user):
    """Its INBOX by IMAP, for looking and for changing."""
    connection = imaplib.IMAP4("127.0.0.1", server.imap, timeout=20)
    connection.login(f"{user}@test.example", PASSWORD)
    connection.select("INBOX")
    return connection


def fill(server, user, numbers):
    connection = mailbox(server, user)
    for number in numbers:
        status, answer = connection.append("INBOX", None, None, seed.message(number))
        assert status == "OK", answer
    connection.logout()


def on_server(server, user):
    """The Message-IDs that the server has."""
    connection = mailbox(server, user)
    _, data = connection.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
    connection.logout()
    return {re.search(rb"<([^>]+)>", item[1]).group(1).decode() for item in data if isinstance(item, tuple)}


def settings(server, user, **others):
    given = {
        "provider": "pop3", "address": f"{user}@test.example", "password": PASSWORD, "pop3_host": "127.0.0.1",
        "pop3_port": str(server.pop3), "pop3_tls": "starttls"}
    return {**given, **others}


def stored(room, account=None):
    """Message-ID and digest of every message."""
    found = {}
    for row in room.messages(**({"account": account} if account else {})):
        with room.body(row) as body:
            assert row["message_id"] not in found, "a message twice"
            found[row["message_id"]] = hashlib.sha256(body.read()).hexdigest()
    return found


def expected(numbers):
    return {seed.message_id(number): hashlib.sha256(seed.message(number)).hexdigest() for number in numbers}


def test_first_sync_and_news(room, server, user):
    fill(server, user, range(60))
    account = room.connect(**settings(server, user))["id"]
    folder, = room.folders(account)
    assert (folder["path"], folder["role"]) == ("INBOX", "inbox")
    result = room.sync(account)
    assert result["messages"] == 60
    assert stored(room) == expected(range(60))
    assert room.sync(account).get("messages", 0) == 0
    fill(server, user, range(60, 63))
    assert room.sync(account)["messages"] == 3
    assert stored(room) == expected(range(63))
    new = [row["message_id"] for row in room.messages(historical=0)]
    assert sorted(new) == sorted(seed.message_id(number) for number in range(60, 63))
    # What another client takes away stays here.
    connection = mailbox(server, user)
    connection.store("1:10", "+FLAGS", "\\Deleted")
    connection.expunge()
    connection.logout()
    room.sync(account)
    assert stored(room) == expected(range(63))
    status = room.status(account)
    assert status["state"] == "enabled" and status["messages"] == 63


def test_removed_once_stored(room, server, user):
    fill(server, user, range(25))
    account = room.connect(**settings(server, user, pop3_leave="fetched"))["id"]
    assert on_server(server, user) == set(expected(range(25))), "connecting removes nothing"
    room.sync(account)
    assert on_server(server, user) == set()
    assert stored(room) == expected(range(25))
    fill(server, user, range(25, 27))
    room.sync(account)
    assert on_server(server, user) == set()
    assert stored(room) == expected(range(27))
    assert room.sync(account).get("messages", 0) == 0


def test_policy_changed_later(room, server, user):
    fill(server, user, range(4))
    account = room.connect(**settings(server, user, pop3_leave="30"))["id"]
    room.sync(account)
    assert len(on_server(server, user)) == 4
    room.reconnect(account, pop3_leave="fetched")
    room.sync(account)
    assert on_server(server, user) == set()
    assert stored(room) == expected(range(4))


def test_audit(room, server, user):
    """What is missing here is told; what was taken from the server and is kept here is no difference."""
    fill(server, user, range(12))
    account = room.connect(**settings(server, user))["id"]
    room.sync(account)
    counts = ("server", "stored", "missing", "extra", "flags")
    assert [room.audit(account)[name] for name in counts] == [12, 12, 0, 0, 0]
    connection = mailbox(server, user)
    connection.store("1:3", "+FLAGS", "\\Deleted")
    connection.expunge()
    connection.logout()
    fill(server, user, range(12, 14))
    assert [room.audit(account)[name] for name in counts] == [11, 9, 2, 0, 0]
    assert room.audit(account, heal=True)["missing"] == 0
    assert [room.audit(account)[name] for name in counts] == [11, 11, 0, 0, 0]
    assert stored(room) == expected(range(14))


def test_headers_only(room, server, user):
    """A header is all that is kept: the message stays on the server whatever is to become of fetched ones."""
    fill(server, user, range(5))
    account = room.connect(**settings(server, user, pop3_leave="fetched"))["id"]
    policy = room.put("policy", account=account, keep="headers")
    room.sync(account)
    assert sorted(row["message_id"] for row in room.messages()) == sorted(expected(range(5)))
    assert len(on_server(server, user)) == 5
    room.update("policy", policy, keep="all")
    room.sync(account, walk=True)
    assert stored(room) == expected(range(5))
    assert on_server(server, user) == set()


def test_implicit_tls(room, site, user):
    fill(site.dovecot, user, range(3))
    account = room.connect(
        **settings(site.dovecot, user, pop3_port=str(site.dovecot.pop3s), pop3_tls="implicit"))["id"]
    room.sync(account)
    assert stored(room) == expected(range(3))


def test_no_tls_no_password(room, site, user):
    with site.another_dovecot("pop3-plain", starttls=False) as plain:
        with pytest.raises(mailroom.TLSError) as caught:
            room.connect(**settings(plain, user))
        assert caught.value.cause == "tls.starttls_refused"
        assert f"user=<{user}" not in plain.log()


def test_wrong_password(store, site, server, user):
    # Courier takes five seconds to say no.
    with mailroom.open(store, key_file=True, ca_file=site.ca, connect_timeout_ms=15000, io_timeout_ms=15000) as room:
        with pytest.raises(mailroom.AuthError) as caught:
            room.connect(**settings(server, user, password="wrong"))
    assert caught.value.fields["step"] == "auth"


def test_the_same_mail_by_imap(room, server, user):
    """One message with two places, whichever way it came first."""
    fill(server, user, range(30))
    imap = room.connect(
        address=f"{user}@test.example", password=PASSWORD, imap_host="127.0.0.1", imap_port=str(server.imap),
        imap_tls="starttls")["id"]
    room.sync(imap)
    pop3 = room.connect(**settings(server, user))["id"]
    notices = [row for row in room.find("log", account=pop3) if row["level"] == "notice"]
    assert any("imap" in row["message"] for row in notices), "it is said that the mailbox is connected already"
    room.sync(pop3)
    assert stored(room) == expected(range(30))
    assert len(list(room.find("place", account=pop3))) == 30
    fill(server, user, range(30, 34))
    room.sync(pop3)
    room.sync(imap)
    assert stored(room) == expected(range(34))
    assert len(list(room.find("place"))) == 68


def test_it_says_what_it_cannot_do(room):
    row, = [row for row in room.providers() if row["scheme"] == "pop3"]
    assert "IMAP" in row["title"]
    assert "drop" in row["capabilities"]
    assert not {"apply", "append", "watch", "send"} & set(row["capabilities"])


class Gate(Faulty):
    """Passes lines on to a real server, one by one, until `count` lines had the pattern: the last of them is passed on
    or not, and its answer is kept back, until the other side is gone."""

    def __init__(self, target):
        self.target, self.pattern, self.left, self.passes = target, None, 0, False
        self.at_the_line = threading.Event()
        super().__init__()

    def arm(self, pattern, count, passes):
        self.pattern, self.left, self.passes = re.compile(pattern), count, passes
        self.at_the_line.clear()

    def talk(self, connection):
        with socket.create_connection(("127.0.0.1", self.target), 10) as server:
            server.settimeout(None)
            self._open.add(server)
            silent = threading.Event()
            back = threading.Thread(target=self._downstream, args=(server, connection, silent), daemon=True)
            back.start()
            lines = connection.makefile("rb")
            while line := lines.readline():
                if self.pattern and self.pattern.match(line):
                    self.left -= 1
                    if self.left == 0:
                        self.pattern = None
                        silent.set()
                        if self.passes:
                            server.sendall(line)
                            # A server that was told to go is waited for: what it does is then done.
                            back.join(2)
                        self.at_the_line.set()
                        while connection.recv(65536):
                            pass
                        break
                server.sendall(line)
            self._open.discard(server)
            self._cut(server)
            back.join()

    def _downstream(self, server, client, silent):
        try:
            while data := server.recv(65536):
                if not silent.is_set():
                    client.sendall(data)
        except OSError:
            pass
        if not silent.is_set():
            self._cut(client)


@pytest.mark.limit(300)
@pytest.mark.parametrize("pattern, count, passes", [
    (rb"RETR", 1, False), (rb"RETR", 30, True), (rb"RETR", 60, True), (rb"DELE", 1, False), (rb"DELE", 1, True),
    (rb"DELE", 33, True), (rb"DELE", 60, True), (rb"QUIT", 1, False), (rb"QUIT", 1, True)])
def test_killed_between_fetching_and_removing(server, site, user, tmp_path, pattern, count, passes):
    fill(server, user, range(60))
    with Gate(server.pop3) as gate:
        given = {
            "store": str(tmp_path / "crm.db"), "ca": site.ca,
            "settings": settings(server, user, pop3_leave="fetched", pop3_port=str(gate.port), pop3_tls="none")}
        # Connecting says QUIT, too.
        helper.ended_well("""
            room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
            answer(room.connect(**given["settings"])["id"])
            room.close()
            """, given)
        gate.arm(pattern, count, passes)
        with helper.start(SYNC, given) as process:
            reached = gate.at_the_line.wait(30)
            process.send_signal(signal.SIGKILL)
        assert reached and process.returncode == -signal.SIGKILL
        with mailroom.open(given["store"], key_file=True) as room:
            there = stored(room)
        assert set(there) | on_server(server, user) == set(expected(range(60))), "mail is lost"
        if pattern == b"RETR":
            assert len(on_server(server, user)) == 60, "nothing is removed before all is stored"
        helper.ended_well(SYNC, given)
        with mailroom.open(given["store"], key_file=True) as room:
            assert stored(room) == expected(range(60))
        assert on_server(server, user) == set()
