"""The unknown outcome: the server has the whole message, and its answer never comes. Nothing goes twice unasked, and what
can be known later is found out."""

import signal

import mailroom
import pytest

from EndToEnd import helper
from Send.keeping import KeepingSmtp
from Send.test_copies import settings
from Servers.faulty import FaultySmtp
from Sync.client import Client

# Sends one message to each recipient, sets the clock on as it is told to, and says what became of them.
STEPS = """
room = mailroom.open(given["store"], key_file=True, work=given.get("work", "wait"), ca_file=given.get("ca"))
if given.get("stop"):
    assert hooks().mr_test_stop_at(room._engine, given["stop"][0].encode(), given["stop"][1]) == 0
accounts = list(room.accounts())
account = accounts[0]["id"] if accounts else room.connect(**given["settings"])["id"]
for number, to in enumerate(given.get("to", [])):
    room.send(account, to=to, subject=f"Number {number}", text="Hello", idempotency_key=f"key-{number}")
for row in list(room.find("send")):
    if row["state"] in ("queued", "sending"):
        room.send_wait(row["id"], 30)
if given.get("sync"):
    room.sync(account)
for minutes in given.get("later", []):
    hooks().mr_test_set_clock(int(time.time() * 1000) + minutes * 60_000)
    room.sync(account)
    for row in list(room.find("send")):
        if row["state"] in ("queued", "sending", "retry_wait"):
            room.send_wait(row["id"], 30)
answer({"rows": [dict(row) for row in room.find("send")],
        "attempts": [[row["send"], row["outcome"]] for row in room.find("attempt")],
        "log": [row["message"] for row in room.find("log") if row["what"] == "send"]})
room.close()
"""


def run(given, **more):
    return helper.ended_well(STEPS, {**given, **more}, "dist-test", timeout=110)


@pytest.fixture
def client(site, user):
    site.dovecot.prefix, site.dovecot.separator = "", "/"
    with Client(site.dovecot, user) as opened:
        yield opened


def given(site, store, user, smtp, **more):
    return {"store": str(store), "ca": site.ca, "settings": settings(site, user, smtp), **more}


def test_nothing_is_sent_again_while_nobody_knows(site, store, user, client):
    """Complaint 4: the same mail twice after a time-out behind DATA."""
    with FaultySmtp() as smtp:
        start = given(site, store, user, smtp, to=["drop-bob@b.example"])
        first = run(start)
        assert [row["state"] for row in first["rows"]] == ["outcome_unknown"]
        # Looked for after 1, 5, 30 and 120 minutes, a day later not any more; nobody has it, and it stays unknown.
        last = run(start, to=[], later=[2, 8, 45, 200, 1600])
        assert [row["state"] for row in last["rows"]] == ["outcome_unknown"]
        assert "twice" in last["rows"][0]["advice"]
        assert last["attempts"] == [[1, "unknown"]]
        assert len(smtp.messages) == 1
        assert client.uids("Sent") == [], "no copy of what may never have gone"
        with mailroom.open(store, key_file=True, ca_file=site.ca) as room:
            with pytest.raises(mailroom.MailroomError):
                room.resend(1)
            assert room.resend_all() == 0
            assert room.get("send", 1)["state"] == "outcome_unknown"


def test_the_servers_own_copy_tells(site, store, user, client):
    """A sync sees it in Sent, or, where nobody syncs, find_sent."""
    with KeepingSmtp(site.dovecot, user) as smtp:
        start = given(site, store, user, smtp, to=["drop-bob@b.example", "amy@b.example"])
        row, other = run(start, sync=1)["rows"]
        assert (row["state"], row["accepted"], row["sent_copy"]) == ("sent", 1, "server")
        assert (other["state"], other["sent_copy"]) == ("sent", "server")
        assert row["message"] and row.get("reason") is None
        assert len(smtp.messages) == 2 and len(client.uids("Sent")) == 2


def test_find_sent_tells_where_the_folder_is_not_synced(site, store, user, client):
    with KeepingSmtp(site.dovecot, user) as smtp:
        start = given(site, store, user, smtp)
        run(start, sync=1)
        with mailroom.open(store, key_file=True) as room:
            sent = room.find("folder", path="Sent").first()
            room.update("folder", sent["id"], sync=0)
        first = run(start, to=["drop-bob@b.example"], sync=1)
        assert [row["state"] for row in first["rows"]] == ["outcome_unknown"]
        last = run(start, later=[2])
        assert [(row["state"], row["sent_copy"]) for row in last["rows"]] == [("sent", "server")]
        assert any("Sent" in line for line in last["log"])
        assert len(smtp.messages) == 1


def test_mail_to_oneself_tells(site, store, user, client):
    """The outcome is unknown at first; then the message comes in, and the copy is put into Sent."""
    with FaultySmtp() as smtp:
        start = given(site, store, user, smtp, to=["drop-bob@b.example"])
        start["settings"]["sent_copy"] = "always"
        assert [row["state"] for row in run(start)["rows"]] == ["outcome_unknown"]
        client.append("INBOX", b"Received: by mx.test.example\r\n" + smtp.messages[0][2])
        row, = run(start, to=[], sync=1, later=[1, 1])["rows"]
        assert (row["state"], row["accepted"], row["sent_copy"]) == ("sent", 1, "done")
        assert len(client.uids("Sent")) == 1 and len(smtp.messages) == 1


def test_who_was_refused_before_stays_refused(site, store, user, client):
    with KeepingSmtp(site.dovecot, user) as smtp:
        start = given(site, store, user, smtp, to=[["drop-bob@b.example", "refuse-eve@b.example"]])
        row, = run(start, sync=1)["rows"]
        assert (row["state"], row["accepted"], row["refused"], row["class"]) == ("failed", 1, 1, "bad_recipient")
        with mailroom.open(store, key_file=True) as room:
            states = {one["address"]: one["state"] for one in room.recipients(row["id"])}
            assert states == {"drop-bob@b.example": "accepted", "refuse-eve@b.example": "refused"}


POINTS = {"send.attempt_stored": 0, "send.before_dot": 0, "send.before_result": 1, "send.after_result": 1, "send.settled": 1}


@pytest.mark.limit(300)
@pytest.mark.parametrize("point", POINTS)
def test_a_provider_that_knows_leaves_nothing_unknown(tmp_path, point):
    """A directory either has the file or has not, and the manifest says that this may be believed: killed wherever, each message
    is there once."""
    box, store = tmp_path / "mail", tmp_path / "crm.db"
    (box / "cur").mkdir(parents=True)
    for name in ("new", "tmp"):
        (box / name).mkdir()
    start = {
        "store": str(store), "to": ["bob@b.example", "amy@b.example", "unknown@b.example"],
        "settings": {"address": "ann@test.example", "provider": "maildir", "path": str(box)}}
    for nth in (1, 3) if point != "send.settled" else (1,):
        status, _ = helper.run(STEPS, {**start, "stop": [point, nth], "later": [2]}, "dist-test")
        assert status == -signal.SIGKILL
        rows = run(start, later=[2, 4])["rows"]
        assert [row["state"] for row in rows] == ["sent"] * 3
        assert len(list((box / ".Sent" / "new").iterdir()) + list((box / ".Sent" / "cur").iterdir())) == 3
        for row in rows:
            assert row["accepted"] == 1
        break
