"""The unknown outcome: the server has the whole message, and its answer never comes. Nothing goes twice unasked, and what
can be known later is found out."""

import signal

import mailroom
import pytest

from EndToEnd import helper
from Send import clock
from Send.ends import SERVICES
from Send.keeping import KeepingSmtp
from Send.mailbox import TIMES, Mailbox
from Send.test_copies import settings
from Servers.faulty import FaultySmtp
from Sync.client import Client

MINUTE = 60_000

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
    hooks().mr_test_set_clock(minutes * 60_000)
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


@pytest.fixture
def box(service, store):
    with mailroom.open(store, **TIMES) as room:
        yield Mailbox(room, service)


@pytest.mark.parametrize("octets", range(0, 240, 15))
def test_taken_and_the_answer_cut_anywhere(box, service, octets):
    """A service is asked whether it has it, and is believed: it never goes twice."""
    service.cut(octets)
    send = box.send()
    row = box.tried(send)
    if row["state"] == "outcome_unknown":
        clock.forward(3 * MINUTE)
        box.sync()
    assert box.state(send) == "sent" and service.taken == {"to0@b.example": 1}


@pytest.mark.parametrize("status", [500, 502, 503, 504, None])
def test_not_taken_and_nobody_knows(box, service, status):
    """Silence, or an answer that something is unwell, says nothing; some minutes later "not found" does, and it goes again by itself."""
    if status:
        service.unwell(status)
    else:
        service.becomes("lost")
    send = box.send()
    assert box.tried(send)["state"] == "outcome_unknown"
    service.becomes(None)
    box.sync()
    assert box.state(send) == "outcome_unknown", "too early to be believed"
    for minutes in (3, 6):
        clock.forward(minutes * MINUTE)
        box.sync()
    assert box.tried(send)["state"] == "sent"
    assert service.taken == {"to0@b.example": 1}


def test_find_sent_tells_where_a_services_folder_is_not_synced(box, service):
    box.sync()
    sent = box.room.find("folder", account=box.account, role="sent").first()
    box.room.update("folder", sent["id"], sync=0)
    service.becomes("kept")
    send = box.send()
    assert box.tried(send)["state"] == "outcome_unknown"
    clock.forward(2 * MINUTE)
    box.sync()
    row = box.room.get("send", send)
    assert (row["state"], row["sent_copy"], row["accepted"]) == ("sent", "server", 1)
    assert service.taken == {"to0@b.example": 1}


class Directory:
    """Mail as files: either the file is there or it is not, and the manifest says that this may be believed."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("cur", "new", "tmp"):
            (folder / name).mkdir(parents=True)

    def settings(self):
        return {"address": "ann@test.example", "provider": "maildir", "path": str(self.folder)}

    @property
    def messages(self):
        return [*(self.folder / ".Sent" / "new").iterdir(), *(self.folder / ".Sent" / "cur").iterdir()]


@pytest.fixture(params=["maildir", *SERVICES])
def knowing(request, tmp_path):
    if request.param == "maildir":
        yield Directory(tmp_path / "mail")
    else:
        with SERVICES[request.param]() as running:
            yield running


POINTS = ("send.attempt_stored", "send.before_dot", "send.before_result", "send.after_result", "send.settled")


@pytest.mark.limit(300)
@pytest.mark.parametrize("point", POINTS)
def test_a_provider_that_knows_leaves_nothing_unknown(store, knowing, point):
    """Killed wherever, each message is there once."""
    start = {"store": str(store), "to": ["bob@b.example", "amy@b.example", "unknown@b.example"], "settings": knowing.settings()}
    if point == "send.settled":
        # To be settled, something has to be unknown first.
        status, _ = helper.run(STEPS, {**start, "stop": ["send.before_result", 1]}, "dist-test")
        assert status == -signal.SIGKILL
    status, _ = helper.run(STEPS, {**start, "stop": [point, 1], "later": [4]}, "dist-test")
    assert status == -signal.SIGKILL
    rows = run(start, later=[4, 8])["rows"]
    assert [(row["state"], row["accepted"]) for row in rows] == [("sent", 1)] * 3
    assert len(knowing.messages) == 3
