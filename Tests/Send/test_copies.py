"""Copies of what is sent: once in Sent, seen, whoever puts them there; and found again after a crash."""

import mailroom
import pytest

from Send.keeping import KeepingSmtp
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
