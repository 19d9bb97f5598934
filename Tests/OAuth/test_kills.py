"""The process dies at the worst moments: while its one-time code is at the issuer, and when a new token is first used."""

import signal
import sqlite3

import mailroom
import pytest

from EndToEnd import helper
from OAuth.conftest import sign_in
from OAuth.test_connect import failed
from Servers import seed

CONNECT = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"], connect_timeout_ms=20000, io_timeout_ms=20000)
room.connect(**given["account"])
answer("connected")
room.close()
"""

SYNC = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"], connect_timeout_ms=20000, io_timeout_ms=20000)
room.sync(room.accounts().first())
answer("synced")
room.close()
"""


def dies_when(oauth, condition, code, given):
    """Runs it, and kills it when the OAuth server is asked something and the condition holds: before that is answered."""
    began = []

    def watching(asked):
        if began and condition(asked) and began[0].poll() is None:
            began[0].kill()
            began[0].wait()

    oauth.watching = watching
    try:
        with helper.start(code, given) as process:
            began.append(process)
            process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, "it was killed"
    finally:
        oauth.watching = lambda asked: None


@pytest.mark.limit(120)
def test_a_code_is_never_sent_twice(room, store, site, oauth, servers, address):
    begun = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/", **oauth.settings(), **servers)
    back = sign_in(begun.url)
    room.close()
    given = {
        "store": str(store), "ca": site.ca,
        "account": {"address": address, **servers, "state": back["state"], "code": back["code"]}}
    dies_when(oauth, lambda asked: asked == "token", CONNECT, given)
    assert oauth.asked["authorization_code"] == 1
    with mailroom.open(store, key_file=True, ca_file=site.ca) as again:
        # The job is taken up again, and does not send the code again.
        jobs = [row for row in again.find("job") if row.kind == "connect"]
        with again.job(jobs[0]["id"]) as job:
            error = failed(job.wait, 30)
        assert error.cause == "oauth.code_spent" and oauth.asked["authorization_code"] == 1
        account = again.accounts().first()
        assert account.state == "error" and account.cause == "oauth.code_spent"
        begun = again.authorize(account, redirect_uri="http://127.0.0.1:9/")
        back = sign_in(begun.url)
        assert again.reconnect(account, state=back["state"], code=back["code"]).state == "enabled"


@pytest.mark.limit(180)
def test_a_new_refresh_token_is_kept_before_its_access_token_is_used(
        room, store, site, oauth, dovecot, connect, user):
    seed.fill(dovecot.imap, user, 2)
    connect()
    room.close()
    for _ in range(3):
        # The next login needs a new token, and the process dies when the mail server asks about it.
        oauth.tokens[-1].revoked = True
        before = len(oauth.tokens)
        dies_when(
            oauth, lambda asked: asked == "introspect" and len(oauth.tokens) > before, SYNC,
            {"store": str(store), "ca": site.ca})
        assert len(oauth.tokens) == before + 1
        # What it held is on the disk: the refresh token of the token that nobody got to use.
        oauth.tokens[-1].revoked = True
        assert helper.ended_well(SYNC, {"store": str(store), "ca": site.ca}) == "synced"
        assert oauth.forms[-1]["refresh_token"] == oauth.tokens[-2].refresh
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT count(*) FROM token").fetchone() == (1,)
