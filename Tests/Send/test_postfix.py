"""A real Postfix: submission with SASL through Dovecot, delivery by LMTP, its refusals, its limits of messages, logins and recipients."""

import collections
import email
import email.policy
import imaplib
import time

import mailroom
import pytest

from Send import clock
from Servers import PASSWORD, wait_until
from Servers.postfix import RATE_UNIT

MINUTE = 60_000


@pytest.fixture
def timeouts():
    return {"connect_timeout_ms": 10_000, "io_timeout_ms": 10_000}


def connect(room, site, user, service="submission", **more):
    tls = {"submission": "starttls", "submissions": "implicit"}.get(service, "none")
    return room.connect(
        address=f"{user}@test.example", password=PASSWORD, smtp_host="127.0.0.1",
        smtp_port=str(getattr(site.postfix, service)), smtp_tls=tls, **more)["id"]


def delivered(site, user, count=1, seconds=20):
    """The messages in the user's INBOX, once there are so many."""
    def look():
        with imaplib.IMAP4("127.0.0.1", site.dovecot.imap) as client:
            client.login(user, PASSWORD)
            client.select("INBOX", readonly=True)
            numbers = client.search(None, "ALL")[1][0].split()
            return [client.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]

    wait_until(lambda: len(look()) >= count, seconds, f"{count} messages for {user}")
    return look()


HARD = "\r\n".join([
    ".", "..", ".leading", "From the start of a line", "caf\u00e9 \u2014 \u65e5\u672c", "", " trailing ", "x" * 900, ".", ""])


@pytest.mark.parametrize("service", ["submission", "submissions", "plain"])
def test_submitted_and_delivered(room, site, user, service):
    account = connect(room, site, user, service)
    to = f"{user}-to"
    send = room.send(
        account, to=f"{to}@test.example", subject="Gr\u00fc\u00dfe \u65e5\u672c", text=HARD,
        attachments=[{"name": "data.bin", "type": "application/octet-stream", "data": bytes(range(256)) * 40}])
    row = room.send_wait(send, 30)
    assert row["state"] == "sent", row
    assert "queued as" in next(iter(room.recipients(send)))["server_text"]
    (raw,) = delivered(site, to)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == "Gr\u00fc\u00dfe \u65e5\u672c"
    assert message["Message-ID"] == f"<{row['message_id']}>"
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.strip("\n") == HARD.replace("\r\n", "\n").strip("\n")
    (attachment,) = message.iter_attachments()
    assert attachment.get_content() == bytes(range(256)) * 40
    received = message.get_all("Received")[1]
    assert (" ESMTPA " if service == "plain" else " ESMTPSA ") in received, "with the login, and with TLS"


def test_a_raw_message_arrives_as_it_is(room, site, user):
    account = connect(room, site, user)
    to = f"{user}-to"
    raw = (
        f"From: {user}@test.example\r\nTo: {to}@test.example\r\nSubject: raw\r\nMessage-ID: <raw-{user}@test.example>\r\n"
        "Bcc: hidden@test.example\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + HARD).encode()
    send = room.send(account, raw=raw, recipients=[f"{to}@test.example"])
    assert room.send_wait(send, 30)["state"] == "sent"
    (got,) = delivered(site, to)
    assert got[got.index(b"Subject: raw"):].replace(b"Bcc: hidden@test.example\r\n", b"").endswith(HARD.encode())
    assert b"hidden@test.example" not in got


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"smtp_user": "nobody-else", "password": "x"}])
def test_a_wrong_login(room, site, user, wrong):
    with pytest.raises(mailroom.AuthError) as caught:
        room.connect(**{
            "address": f"{user}@test.example", "password": PASSWORD, "smtp_host": "127.0.0.1",
            "smtp_port": str(site.postfix.submission), "smtp_tls": "starttls", **wrong})
    assert "535" in str(caught.value.fields.get("smtp")) and "authentication" in caught.value.server_text.lower()
    status = room.status(next(iter(room.accounts()))["id"])
    assert status["state"] == "error" and status["advice"]


def test_each_recipient_has_its_own_outcome(room, site, user):
    """Accepted, refused and put off in one message; what goes again goes only to whom has not got it."""
    account = connect(room, site, user)
    to = {name: f"{name}-{user}@test.example" for name in ("first", "reject", "full", "grey", "second")}
    send = room.send(account, to=list(to.values()), subject="many", text="Hello")
    row = room.send_wait(send, 30)
    assert (row["accepted"], row["refused"], row["deferred"]) == (2, 1, 2), row
    assert row["state"] == "retry_wait" and row["next_attempt"] > row["created_at"]
    found = {recipient["address"]: recipient for recipient in room.recipients(send)}
    assert [found[to[name]]["state"] for name in to] == ["accepted", "refused", "deferred", "deferred", "accepted"]
    assert (found[to["reject"]]["class"], found[to["reject"]]["smtp"], found[to["reject"]]["enhanced"]) == (
        "bad_recipient", 550, "5.1.1")
    assert found[to["full"]]["class"] == "recipient_full"
    assert "Greylisted" in found[to["grey"]]["server_text"]
    room.resend(send)
    row = room.send_wait(send, 30)
    assert (row["accepted"], row["refused"], row["deferred"]) == (2, 1, 2), "they are refused and put off again"
    clock.forward(5 * MINUTE)
    room.resend(send, to=[f"other-{user}@test.example"])
    row = room.send_wait(send, 30)
    assert row["state"] == "sent", row
    for name in ("first", "second"):
        assert len(delivered(site, to[name].partition("@")[0])) == 1, "nobody gets it twice"
    assert len(delivered(site, f"other-{user}")) == 1


def test_no_relay(room, site, user):
    account = connect(room, site, user)
    send = room.send(account, to="ann@elsewhere.example", text="Hello")
    row = room.send_wait(send, 30)
    assert row["state"] == "failed" and row["temporary"] == 0, row
    assert "Relay access denied" in row["server_text"] and row["advice"]


def test_too_large_fails_before_it_is_sent(room, site, user):
    account = connect(room, site, user, "small")
    with pytest.raises(mailroom.InvalidError) as refused:
        room.send(account, to=f"{user}-to@test.example", text="x", attachments=[{"name": "a", "data": b"x" * 200_000}])
    assert "takes 0.1 MB at most" in str(refused.value) and refused.value.advice
    assert not list(room.find("send")), "nothing is queued"


def test_a_sender_that_the_login_may_not_use(room, site, user):
    account = connect(room, site, user, "owned")
    send = room.send(account, from_="boss@test.example", to=f"{user}-to@test.example", text="x")
    row = room.send_wait(send, 30)
    assert (row["state"], row["class"]) == ("failed", "send_as_denied"), row
    assert "not owned by user" in row["server_text"]
    own = room.send(account, to=f"{user}-to@test.example", text="x")
    assert room.send_wait(own, 30)["state"] == "sent"


def everything_goes(room, sends, seconds):
    """What a worker would do: works again and again, with the clock put on, until all is sent."""
    end = time.monotonic() + seconds
    while True:
        states = collections.Counter(room.get("send", send)["state"] for send in sends)
        if set(states) == {"sent"}:
            return
        assert time.monotonic() < end, states
        assert set(states) <= {"sent", "queued", "sending", "retry_wait"}, states
        time.sleep(RATE_UNIT + 1)
        clock.forward(90 * MINUTE)
        for send in sends:
            if room.get("send", send)["state"] == "retry_wait":
                room.resend(send)
        for send in sends:
            room.send_wait(send, 20)


@pytest.mark.limit(240)
def test_the_limit_of_messages(room, site, user):
    """smtpd_client_message_rate_limit: 450 4.7.1 after five. The rest waits, and all of it arrives, once."""
    account = connect(room, site, user, "limited")
    to = f"{user}-to"
    sends = [room.send(account, to=f"{to}@test.example", subject=f"Number {number}", text="x") for number in range(8)]
    rows = [room.send_wait(send, 30) for send in sends]
    waiting = [row for row in rows if row["state"] != "sent"]
    assert 1 <= len(waiting) <= 3, [row["state"] for row in rows]
    assert waiting[0]["state"] == "retry_wait", waiting[0]
    assert (waiting[0]["class"], waiting[0]["temporary"]) == ("throttling", 1), waiting[0]
    assert "too much mail" in waiting[0]["server_text"]
    everything_goes(room, sends, 200)
    subjects = collections.Counter(
        line for raw in delivered(site, to, 8) for line in raw.split(b"\r\n") if line.startswith(b"Subject:"))
    assert subjects == {b"Subject: Number %d" % number: 1 for number in range(8)}


@pytest.mark.limit(120)
def test_the_limit_of_logins(room, site, user):
    """smtpd_client_auth_rate_limit: too many logins are no wrong password."""
    accounts = [connect(room, site, f"{user}x{number}", "crowded") for number in range(2)]
    send = room.send(accounts[0], to=f"{user}-to@test.example", text="x")
    row = room.send_wait(send, 30)
    assert row["state"] == "retry_wait", row
    assert (row["class"], row["temporary"]) == ("throttling", 1), row
    assert room.status(accounts[0])["cause"] != "auth.refused"
    everything_goes(room, [send], 100)
    assert len(delivered(site, f"{user}-to")) == 1


@pytest.mark.limit(240)
def test_the_limit_of_recipients(room, site, user):
    """smtpd_recipient_limit: 452 4.5.3 for the fourth and on. They are put off, and get it in further rounds."""
    account = connect(room, site, user, "few")
    names = [f"{user}-to{number}" for number in range(8)]
    send = room.send(account, to=[f"{name}@test.example" for name in names], text="x")
    row = room.send_wait(send, 30)
    assert row["state"] == "retry_wait" and row["accepted"] == 3 and row["deferred"] == 5, row
    for _ in range(4):
        if row["state"] == "sent":
            break
        clock.forward(90 * MINUTE)
        room.resend(send)
        row = room.send_wait(send, 30)
    assert row["state"] == "sent", row
    for name in names:
        assert len(delivered(site, name)) == 1
