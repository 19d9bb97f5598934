"""SIGKILL at every named point of an authorization and of a token's renewal; then another process goes on. No code is sent twice, no
refresh token is lost that could be kept, and where one is lost the account says what to do."""

import signal
import time

import mailroom
import pytest

from EndToEnd import helper
from OAuth.conftest import sign_in
from Servers import seed

ATTEMPT = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"], connect_timeout_ms=10000, io_timeout_ms=10000)
stop = given.get("stop")
if stop:
    assert hooks().mr_test_stop_at(room._engine, stop.encode(), 1) == 0
error = None
try:
    accounts, jobs = list(room.accounts()), [row for row in room.find("job") if row.state in ("queued", "running")]
    if jobs:
        with room.job(jobs[0]["id"]) as job:
            job.wait(60)
    elif given["what"] == "connect":
        room.connect(**given["account"])
    else:
        room.sync(accounts[0])
except mailroom.MailroomError as failure:
    error = failure.cause
reached = {name: hooks().mr_test_reached(name.encode()) for name in ("code.spent", "token.fetched", "token.stored")}
answer({"error": error, "reached": reached, "account": dict(room.accounts().first())})
room.close()
"""

POINTS = ["code.spent", "token.fetched", "token.stored"]
# What each process is given to do first, and what reaches the points in it: connecting by a code, or by a device's approval, of an
# issuer that answers again or does not; the first sync after a connect whose issuer was unwell; a sync whose token is not taken
# any more, with refresh tokens for one time and for many.
WAYS = {
    "code": {"code.spent": 1, "token.fetched": 1, "token.stored": 1},
    "device": {"code.spent": 0, "token.fetched": 1, "token.stored": 1},
    "device, once": {"code.spent": 0, "token.fetched": 1, "token.stored": 1},
    "late code": {"code.spent": 1, "token.fetched": 1, "token.stored": 1},
    "refresh": {"code.spent": 0, "token.fetched": 1, "token.stored": 1},
    "refresh, not rotated": {"code.spent": 0, "token.fetched": 1, "token.stored": 1},
}
KILLS = [(way, point) for way, reached in WAYS.items() for point in POINTS if reached[point]]
GRANTS = {
    "code": "authorization_code", "device": "device_code", "device, once": "device_code",
    "late code": "authorization_code", "refresh": "refresh_token", "refresh, not rotated": "refresh_token"}


@pytest.fixture
def begun(room, store, site, oauth, dovecot, servers, address, user):
    """begun(way): as far as the process that is to be killed has not come yet; and what that process is given."""

    def begin(way):
        seed.fill(dovecot.imap, user, 2)
        given = {"store": str(store), "ca": site.ca, "what": "connect"}
        device = way.startswith("device")
        request = {"device": True} if device else {"redirect_uri": "http://127.0.0.1:9/"}
        granted = room.authorize(address=address, **request, **oauth.settings(), **servers)
        back = {"state": granted.state}
        if device:
            oauth.approve(granted.user_code, address)
        else:
            back = sign_in(granted.url)
        given["account"] = {"address": address, **servers, "state": back["state"]}
        if not device:
            given["account"]["code"] = back["code"]
        if way == "late code":
            oauth.faults = [(503, {"error": "temporarily_unavailable"})] * 2
            with pytest.raises(mailroom.OutageError):
                room.connect(**given["account"])
            oauth.faults, given["what"] = [], "sync"
        elif way.startswith("refresh"):
            oauth.rotates = way == "refresh"
            room.sync(room.connect(**given["account"]))
            # The mail server takes it no more; the next one is fetched at the next login.
            oauth.tokens[-1].revoked = True
            given["what"] = "sync"
        room.close()
        oauth.asked.clear()
        return given

    return begin


@pytest.mark.limit(120)
@pytest.mark.parametrize("way", WAYS)
def test_the_points_are_reached(begun, oauth, way):
    done = helper.ended_well(ATTEMPT, begun(way), "dist-test")
    assert done["error"] is None and done["account"]["state"] == "enabled", done
    assert done["reached"] == WAYS[way] and oauth.asked[GRANTS[way]] == 1


@pytest.mark.limit(180)
@pytest.mark.parametrize("way, point", KILLS, ids=[f"{way} at {point}" for way, point in KILLS])
def test_killed_and_gone_on_with(begun, store, site, oauth, way, point):
    given = begun(way)
    status, _ = helper.run(ATTEMPT, {**given, "stop": point}, "dist-test")
    assert status == -signal.SIGKILL, f"exit status {status}"
    grant, tokens = GRANTS[way], len(oauth.tokens)
    assert oauth.asked[grant] == (0 if point == "code.spent" else 1)
    if way == "device, once" and point == "token.fetched":
        oauth.faults = [(400, {"error": "invalid_grant"})]  # as an issuer says that takes a device's code one time
    began = time.monotonic()
    after = helper.ended_well(ATTEMPT, given, "dist-test")
    assert time.monotonic() - began < 30, "nobody waits for the turn of a process that is dead"
    if point == "token.stored":
        # What came is kept, and used: nobody asks for another.
        assert after["error"] is None and after["account"]["state"] == "enabled", after
        assert oauth.asked[grant] == 1 and len(oauth.tokens) == tokens
        refresh_is_kept(store, site, oauth)
    elif way in ("refresh, not rotated", "device"):
        # The issuer gives another one to whoever asks again.
        assert after["error"] is None and after["account"]["state"] == "enabled", after
        assert oauth.asked[grant] == 2
        refresh_is_kept(store, site, oauth)
    else:
        # It cannot be known what came of it, or it is known and lost: the owner is asked, and told what for.
        expected = {"refresh": "oauth.revoked", "device, once": "oauth.device_expired"}.get(way, "oauth.code_spent")
        account = after["account"]
        assert after["error"] == expected and account["cause"] == expected, after
        assert account["state"] == "error" and "next_attempt" not in account
        assert "uthoriz" in account["advice"] and account["title"]
        if "code" in way:
            assert oauth.asked[grant] == (0 if point == "code.spent" else 1), "never a second time"
            again = helper.ended_well(ATTEMPT, {**given, "what": "sync"}, "dist-test")
            assert again["error"] in ("oauth.code_spent", "oauth.missing"), again
            assert oauth.asked[grant] == (0 if point == "code.spent" else 1), "nor by the sync after it"
        mended(store, site, oauth)


def refresh_is_kept(store, site, oauth):
    """The newest refresh token is the one that is there: with it the next access token is fetched."""
    newest = [token.refresh for token in oauth.tokens if token.refresh][-1]
    oauth.tokens[-1].revoked = True
    with mailroom.open(store, key_file=True, ca_file=site.ca) as room:
        account = room.accounts().first()
        room.sync(account)
        assert oauth.forms[-1]["refresh_token"] == newest
        assert room.status(account).state == "enabled" and room.status(account).messages == 2


def mended(store, site, oauth):
    """By doing what the account says: signing in anew. The mail that was there is there."""
    with mailroom.open(store, key_file=True, ca_file=site.ca) as room:
        account = room.accounts().first()
        granted = room.authorize(account, redirect_uri="http://127.0.0.1:9/")
        back = sign_in(granted.url)
        assert room.reconnect(account, state=back["state"], code=back["code"]).state == "enabled"
        room.sync(account)
        assert room.status(account).messages == 2
