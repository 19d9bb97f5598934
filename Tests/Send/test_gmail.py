"""Sending through Gmail's own interface: what it answers, what is cut off, what it says nothing of, and SIGKILL at every step."""

import os

import mailroom
import pytest

from Send import clock
from Send.gmail import Run
from Servers.gmail import Gmail
from Soak import kills

SEED = int(os.environ.get("MAILROOM_SEED", "20261121"))
HOUR = 3_600_000
ANN = "ann@test.example"


class Box:
    """ann's mailbox at a Gmail of its own, connected."""

    def __init__(self, folder):
        self.gmail = Gmail(clock=lambda: clock.now() / 1000)
        self.mailbox = self.gmail.mailbox(ANN)
        self.room = mailroom.open(folder / "crm.db", key_file=True, connect_timeout_ms=3000, io_timeout_ms=3000)
        self.account = self.room.connect(
            address=ANN, provider="gmail", gmail_api=self.gmail.url, insecure_http="1", **self.gmail.service())["id"]

    def send(self, **fields):
        fields = {"to": "bob@b.example", "subject": "Hello", "text": "A line\n.\nand another\n", **fields}
        return self.room.send(self.account, **fields)

    def tried(self, send):
        return self.room.send_wait(send, 20)

    def later(self, milliseconds):
        clock.forward(milliseconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.room.close()
        self.gmail.stop()
        assert self.gmail.wrong == []


@pytest.fixture
def box(tmp_path):
    with Box(tmp_path) as opened:
        yield opened


def test_it_goes_once_and_gmail_keeps_the_copy(box):
    send = box.send(cc="amy@b.example", bcc=["eve@b.example", "joe@b.example"])
    row = box.tried(send)
    assert (row["state"], row["accepted"]) == ("sent", 4)
    (sender, to, raw), = box.gmail.sent
    assert (sender, sorted(to)) == (ANN, sorted(["bob@b.example", "amy@b.example", "eve@b.example", "joe@b.example"]))
    assert b"\r\n.\r\nand another" in raw, "no SMTP, no dots"
    box.room.sync(box.account)
    sent, = [message for message in box.mailbox.messages.values() if "SENT" in message.labels]
    row = box.room.get("send", send)
    assert row["sent_copy"] == "server" and sent.message_id == row["message_id"]
    assert len(box.mailbox.messages) == 1, "no second copy"


def test_the_answer_is_in_the_thread(box):
    box.mailbox.add(
        b"From: bob@b.example\r\nTo: ann@test.example\r\nSubject: Question\r\nMessage-ID: <q@b.example>\r\n\r\nWhy?\r\n",
        {"INBOX", "UNREAD"})
    box.room.sync(box.account)
    question = next(iter(box.room.messages(account=box.account)))
    box.tried(box.send(subject="Re: Question", in_reply_to=question["message_id"]))
    threads = {message.thread for message in box.mailbox.messages.values()}
    assert len(box.mailbox.messages) == 2 and len(threads) == 1


def test_an_address_that_is_not_ones_own(box):
    row = box.tried(box.send(**{"from": "boss@test.example"}))
    assert (row["state"], row["class"]) == ("failed", "send_as_denied"), row
    assert box.gmail.sent == []
    box.mailbox.send_as.append({"sendAsEmail": "sales@test.example", "verificationStatus": "accepted"})
    box.mailbox.send_as.append({"sendAsEmail": "new@test.example", "verificationStatus": "pending"})
    box.later(10 * 60_000)
    assert box.tried(box.send(**{"from": "sales@test.example"}))["state"] == "sent"
    assert box.tried(box.send(**{"from": "new@test.example"}))["class"] == "send_as_denied"
    assert [sender for sender, _, _ in box.gmail.sent] == ["sales@test.example"]


def test_a_reply_asks_for_no_flag_that_gmail_does_not_have(box):
    """Else each reply would be followed by a row that Gmail does not keep it."""
    box.mailbox.add(
        b"From: bob@b.example\r\nTo: ann@test.example\r\nMessage-ID: <q@b.example>\r\nSubject: Q\r\n\r\nWhy?\r\n", {"INBOX", "UNREAD"})
    box.room.sync(box.account)
    asked = next(iter(box.room.messages(account=box.account)))
    send = box.send(subject="Re: Q", reply_to_message=asked["id"])
    assert box.tried(send)["state"] == "sent" and len(box.gmail.sent) == 1
    box.room.sync(box.account)
    assert list(box.room.find("wish", account=box.account)) == []


ANSWERS = [
    ({"reason": "userRateLimitExceeded", "retry_after": 30}, "throttling", True),
    ({"reason": "rateLimitExceeded"}, "throttling", True),
    ({"status": 429, "message": "User-rate limit exceeded.  Retry after 2050-01-01T00:00:00.000Z"}, "throttling", True),
    ({"reason": "dailyLimitExceeded"}, "sending_limit", True),
    ({"reason": "quotaExceeded"}, "sending_limit", True),
    ({"reason": "domainPolicy"}, None, False),
    ({"reason": "insufficientPermissions"}, "auth", False),
    ({"reason": "failedPrecondition"}, None, False),
    ({"status": 400, "message": "Invalid To header", "reason": "invalidArgument"}, None, False),
    ({"status": 413}, "too_large", False),
]


@pytest.mark.parametrize("answer, class_, temporary", ANSWERS, ids=lambda value: str(value)[:50])
def test_what_gmail_refuses_is_explained(box, answer, class_, temporary):
    box.gmail.script.add("messages.send", times=3, **answer)
    send = box.send()
    row = box.tried(send)
    assert row["state"] == ("retry_wait" if temporary else "failed"), row
    assert row["temporary"] == int(temporary) and row["reason"] and row["advice"], row
    if class_:
        assert row["class"] == class_, row
    assert box.gmail.sent == []
    box.gmail.script.clear()
    box.later(25 * HOUR)
    if box.room.status(box.account)["state"] != "enabled":
        box.room.reconnect(box.account)
    if box.room.get("send", send)["state"] in ("failed", "retry_wait"):
        box.room.resend(send)
    assert box.tried(send)["state"] == "sent" and len(box.gmail.sent) == 1


@pytest.mark.parametrize("octets", range(0, 240, 7))
def test_taken_and_the_answer_cut_anywhere(box, octets):
    """Gmail is asked whether it has it, and is believed: it never goes twice."""
    box.gmail.script.add("messages.send", cut=octets, done=True)
    send = box.send()
    row = box.tried(send)
    if row["state"] == "outcome_unknown":
        box.later(2 * 60_000)
        box.room.sync(box.account)
        row = box.room.get("send", send)
    assert row["state"] == "sent", row
    assert len(box.gmail.sent) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_not_taken_and_nobody_knows(box, status):
    """An answer of 5xx says nothing; a minute later "not found" does, and it goes again by itself."""
    box.gmail.script.add("messages.send", status=status)
    send = box.send()
    row = box.tried(send)
    assert row["state"] == "outcome_unknown", row
    box.room.sync(box.account)
    assert box.room.get("send", send)["state"] == "outcome_unknown", "too early to be believed"
    box.later(3 * 60_000)
    box.room.sync(box.account)
    assert box.tried(send)["state"] == "sent"
    assert len(box.gmail.sent) == 1


def test_nothing_is_lost_before_the_offer(box):
    """A connection that ends while the message is being written says that nothing was taken."""
    big = box.send(text="A line that takes room in the message.\n" * 200_000)
    assert box.tried(big)["state"] == "sent"
    assert len(box.gmail.sent[0][2]) > 7_000_000


def test_a_token_that_runs_out_is_renewed(box):
    for token in [token for token in box.gmail.tokens if token.startswith("ya29")]:
        box.gmail.revoke(token)
    before = box.gmail.granted
    assert box.tried(box.send())["state"] == "sent"
    assert box.gmail.granted == before + 1


@pytest.mark.limit(600)
def test_killed_in_random_order(tmp_path):
    deaths = 40
    run = Run(SEED, 0, deaths, str(tmp_path)).run()
    print(f"seed {SEED}: {dict(run.killed)}, not come to {dict(run.missed)}, {dict(run.truth.counts)}")
    assert sum(run.killed.values()) == deaths
    assert run.truth.counts["sent"] > deaths / 2
    assert run.truth.counts["outcome_unknown"] == 0, "Gmail says what became of each"
    assert len([name for name in run.killed if name.startswith("point send.")]) >= 4
    assert kills.DEATHS >= deaths
