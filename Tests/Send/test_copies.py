"""Copies of what is sent: once in Sent, seen, whoever puts them there; and found again after a crash."""

import signal

import mailroom
import pytest

from EndToEnd import helper
from Send.keeping import KeepingSmtp
from Send.mailbox import TIMES, Mailbox
from Servers import PASSWORD, wait_until
from Sync.client import Client


@pytest.fixture
def client(site, user):
    site.dovecot.prefix, site.dovecot.separator = "", "/"
    with Client(site.dovecot, user) as opened:
        yield opened


def settings(site, user, smtp=None, **more):
    smtp = {"smtp_port": str(smtp.port), "smtp_tls": "none"} if smtp else {
        "smtp_port": str(site.postfix.submission), "smtp_tls": "starttls"}
    return {
        "address": f"{user}@test.example", "password": PASSWORD, "imap_host": "127.0.0.1",
        "imap_port": str(site.dovecot.imap), "imap_tls": "starttls", "smtp_host": "127.0.0.1", **smtp, **more}


@pytest.fixture
def room(store, site):
    with mailroom.open(store, key_file=True, ca_file=site.ca, work="always") as opened:
        yield opened


def sent(client):
    """[(Message-ID, flags)] of all that is in Sent."""
    return sorted((name, sorted(flags)) for name, flags in client.everything()["Sent"].values())


def copied(room, send, state, seconds=40):
    """The send, once its copy has come to that state."""
    wait_until(lambda: room.get("send", send).get("sent_copy") == state, seconds, f"sent_copy {state}")
    return room.get("send", send)


def test_the_copy_is_put_into_sent_once(room, site, user, client):
    account = room.connect(**settings(site, user, sent_copy="always"))["id"]
    room.start()
    send = room.send(account, to=f"{user}.friend@test.example", subject="Hello", text="To Sent, once.")
    row = copied(room, send, "done")
    assert row["state"] == "sent"
    assert sent(client) == [(row["message_id"], ["\\Seen"])]
    # What is stored is the same message, linked both ways, and it is there still when the folder has been synced.
    for _ in range(2):
        message = room.get("message", row["message"])
        assert (message["send"], message["folder"], message["message_id"]) == (send, "Sent", row["message_id"])
        room.sync(account)
    assert [found["id"] for found in room.messages(message_id=row["message_id"], folder="Sent")] == [row["message"]]
    with room.body(row["message"]) as body:
        assert b"To Sent, once." in body.read()
    assert sent(client) == [(row["message_id"], ["\\Seen"])]


def test_a_server_that_keeps_its_own_gets_none(room, site, user, client):
    with KeepingSmtp(site.dovecot, user) as smtp:
        account = room.connect(**settings(site, user, smtp))["id"]
        room.start()
        rows = []
        for number in range(3):
            send = room.send(account, to="someone@b.example", subject=f"Number {number}", text="Kept there.")
            rows.append(copied(room, send, "server"))
        assert len(smtp.messages) == 3
    assert sent(client) == sorted((row["message_id"], ["\\Seen"]) for row in rows)
    assert not list(room.find("wish", account=account))
    room.sync(account)
    for row in rows:
        assert room.get("message", room.get("send", row["id"])["message"])["folder"] == "Sent"


def test_a_service_keeps_the_copy(store, service):
    with mailroom.open(store, **TIMES) as room:
        box = Mailbox(room, service)
        send = box.send(cc="amy@b.example", bcc=["eve@b.example", "joe@b.example"])
        row = box.tried(send)
        assert (row["state"], row["accepted"]) == ("sent", 4)
        (sender, to, raw), = service.messages
        assert sorted(to) == ["amy@b.example", "eve@b.example", "joe@b.example", "to0@b.example"]
        assert sender == room.status(box.account)["address"] and b"\r\n.\r\nand another" in raw, "no SMTP, no dots"
        box.sync()
        row = room.get("send", send)
        assert row["sent_copy"] == "server" and not list(room.find("wish", account=box.account))
        copy, = room.messages(account=box.account)
        assert (copy["id"], copy["send"], copy["message_id"]) == (row["message"], send, row["message_id"])
        assert room.audit(box.account)["missing"] == 0


def test_who_keeps_the_copies_is_learned(room, site, user, client):
    """Nobody knows at first: the server is asked, once. When its habit changes, one message has two at most."""
    with KeepingSmtp(site.dovecot, user, keeps=False) as smtp:
        account = room.connect(**settings(site, user, smtp))["id"]
        room.start()
        rows = []
        for number in range(2):
            send = room.send(account, to="someone@b.example", subject=f"Number {number}", text="Not kept there.")
            rows.append(copied(room, send, "done"))
        assert sent(client) == sorted((row["message_id"], ["\\Seen"]) for row in rows)
        smtp.keeps = True
        for number in range(2, 4):
            send = room.send(account, to="someone@b.example", subject=f"Number {number}", text="Kept there from now on.")
            wait_until(lambda: room.get("send", send).get("sent_copy") in ("done", "server"), 40, "a copy")
            room.sync(account)
            rows.append(room.get("send", send))
        assert rows[3]["sent_copy"] == "server"
        names = [name for name, _ in sent(client)]
        assert [names.count(row["message_id"]) for row in (rows[0], rows[1], rows[3])] == [1, 1, 1]
        assert 1 <= names.count(rows[2]["message_id"]) <= 2


@pytest.mark.parametrize("how", ["never", "read_only", "pop3", "option", "no_folder"])
def test_none_is_put_there(room, site, user, client, how):
    changed = {
        "never": {"sent_copy": "never"}, "read_only": {"direction": "read_only"},
        "pop3": {"provider": "pop3", "pop3_host": "127.0.0.1", "pop3_port": str(site.dovecot.pop3), "pop3_tls": "starttls"},
        "no_folder": {"sent_copy": "always"}, "option": {"sent_copy": "always"}}[how]
    given = {name: value for name, value in settings(site, user, **changed).items()
             if how != "pop3" or not name.startswith("imap")}
    account = room.connect(**given)["id"]
    if how == "no_folder":
        folder = room.find("folder", account=account, path="Sent").first()
        room.update("folder", folder["id"], role="none")
    room.start()
    options = {"sent_copy": 0} if how == "option" else {}
    send = room.send(account, to=f"{user}.friend@test.example", subject="Hello", text="No copy.", **options)
    row = room.send_wait(send, 30)
    assert row["state"] == "sent"
    if how == "no_folder":
        row = copied(room, send, "lost")
        wait_until(
            lambda: any("role sent" in line["message"] for line in room.find("log", account=account)), 20, "a line of the log")
    assert row.get("sent_copy") == ("lost" if how == "no_folder" else None)
    if how != "pop3":
        room.sync(account)
    assert client.uids("Sent") == []


KILLED = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
if given.get("stop"):
    assert hooks().mr_test_stop_at(room._engine, given["stop"][0].encode(), given["stop"][1]) == 0
accounts = list(room.accounts())
account = accounts[0]["id"] if accounts else room.connect(**given["settings"])["id"]
for number in range(2):
    room.send(account, to=f"to{number}@b.example", subject=f"Number {number}", text="Hello", idempotency_key=f"key-{number}")
for row in list(room.find("send")):
    if row["state"] in ("queued", "sending"):
        room.send_wait(row["id"], 30)
for _ in range(2):
    room.sync(account)
answer({"copies": [row.get("sent_copy") for row in room.find("send")],
        "messages": [row["message_id"] for row in room.messages(folder="Sent")],
        "reached": {name: hooks().mr_test_reached(name.encode()) for name in given["points"]}})
room.close()
"""
POINTS = ["send.after_result", "send.copy_wished", "wish.begun", "wish.applied", "wish.finished"]


@pytest.mark.limit(300)
@pytest.mark.parametrize("point", POINTS)
def test_killed_and_resumed(site, tmp_path, user, client, point):
    """SIGKILL at every step of a copy: it is in Sent once all the same."""
    from Servers.faulty import FaultySmtp

    with FaultySmtp() as smtp:
        given = {
            "store": str(tmp_path / "crm.db"), "ca": site.ca, "points": POINTS,
            "settings": settings(site, user, smtp, sent_copy="always")}
        for nth in (1, 2) if point != "send.copy_wished" else (1,):
            given["store"] = str(tmp_path / f"{nth}.db")
            status, _ = helper.run(KILLED, {**given, "stop": [point, nth]}, "dist-test")
            assert status == -signal.SIGKILL, f"{point} {nth}: exit status {status}"
            resumed = helper.ended_well(KILLED, given, "dist-test")
            assert resumed["copies"] == ["done", "done"]
            names = [name for name, flags in sent(client)]
            assert len(names) == 2 * nth and len(set(names)) == len(names), f"{point} {nth}: {names}"
            assert set(resumed["messages"]) <= set(names)
        assert len(smtp.messages) == 2 * nth
