"""What follows a refusal: when it goes again, who else waits, what a person is told; and what is refused before it is queued."""

import mailroom
import pytest

from Send import clock
from Send.answers import Refusal
from Send.mailbox import reconnect
from Servers.scripted import ScriptedSmtp

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


class AnsweringSmtp(ScriptedSmtp):
    """Answers the dot with `said` where that is set, and counts that; a small SIZE, and no 8BITMIME."""

    def __init__(self):
        self.said, self.refused = None, 0
        super().__init__(self._answer, offers=("PIPELINING", "SIZE 20000", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN"))

    def _answer(self, stage, talk):
        if stage != "dot" or self.said is None:
            return None
        self.refused += 1
        return self.said.split("\n")


@pytest.fixture
def server():
    with AnsweringSmtp() as running:
        yield running


@pytest.fixture
def room(store):
    with mailroom.open(store, key_file=True, connect_timeout_ms=3000, io_timeout_ms=3000) as opened:
        yield opened


def connect(room, server, **more):
    return room.connect(
        address="ann@test.example", password="pass", smtp_host="127.0.0.1", smtp_port=str(server.port), smtp_tls="none",
        **more)["id"]


def later_refused(end, after):
    """What each end says to messages that it wants in so many seconds."""
    words = f"450 4.2.1 receiving mail too quickly, try again in {after // 60} minutes"
    end.becomes(None)
    if end.name == "smtp":
        end.says("dot", words)
    elif end.name == "gmail":
        end.says("message", Refusal({"reason": "userRateLimitExceeded", "retry_after": after}, "throttling", True))
    else:
        end.says("message", Refusal(
            {"status": 429, "code": "ApplicationThrottled", "headers": {"Retry-After": str(after)}}, "throttling", True))


def send(room, account, **more):
    return room.send(account, **{"to": "bob@b.example", "subject": "Hello", "text": "Hello", **more})


@pytest.mark.parametrize("said, class_, least, most", [
    ("550-5.4.5 Daily user sending\n550 5.4.5 limit exceeded", "sending_limit", 4 * HOUR, DAY + 25 * MINUTE),
    ("550 Domain has exceeded the max emails per hour (75/75)", "sending_limit", 10 * MINUTE, 62 * MINUTE),
    ("450 4.2.1 receiving mail too quickly, try again in 7 minutes", "throttling", 7 * MINUTE, 7 * MINUTE),
    ("421 4.3.0 Temporary System Problem", "outage", MINUTE, 76_000),
])
def test_it_waits_for_its_time(room, server, said, class_, least, most):
    account = connect(room, server)
    server.said = said
    before = clock.now()
    row = room.send_wait(send(room, account), 20)
    assert (row["state"], row["class"], row["temporary"]) == ("retry_wait", class_, 1), row
    assert before + least <= row["next_attempt"] <= clock.now() + most, row
    assert "try_after" not in row
    assert row["server_text"] and row["advice"]


def test_the_time_that_is_named_is_waited_for(room, end):
    account = room.connect(**end.settings())["id"]
    later_refused(end, 420)
    before = clock.now()
    row = room.send_wait(send(room, account), 20)
    assert (row["state"], row["class"], row["temporary"]) == ("retry_wait", "throttling", 1), row
    assert before + 420_000 <= row["next_attempt"] <= clock.now() + 420_000, row
    assert end.given >= 1 and row["attempts"] == 1 and not end.messages


def test_without_retries_it_is_failed_with_the_time_to_try_again(room, end):
    account = room.connect(**end.settings())["id"]
    later_refused(end, 60)
    before = clock.now()
    failed = room.send_wait(send(room, account, auto_retry=0), 20)
    assert (failed["state"], failed["class"], failed["temporary"]) == ("failed", "throttling", 1), failed
    assert before + MINUTE <= failed["try_after"] <= clock.now() + 76_000
    assert "next_attempt" not in failed
    assert failed["advice"].startswith("Try again after ")
    end.becomes(None)
    clock.forward(2 * MINUTE)
    room.resend(failed["id"])
    sent = room.send_wait(failed["id"], 20)
    assert sent["state"] == "sent"
    assert "try_after" not in sent and "class" not in sent
    assert end.taken == {"bob@b.example": 1}


def test_so_many_attempts_are_a_setting(room, end):
    account = room.connect(**end.settings(), send_attempts=1)["id"]
    end.becomes("rate")
    row = room.send_wait(send(room, account), 20)
    assert (row["state"], row["temporary"], row["attempts"]) == ("failed", 1, 1), row
    clock.forward(HOUR)
    reconnect(room, account, send_attempts=0)
    row = room.send_wait(send(room, account), 20)
    assert row["state"] == "retry_wait", "eight again"


def test_what_cannot_work_is_not_queued(room, server):
    account = connect(room, server, senders=["@shop.example", "sales@test.example"])
    with pytest.raises(mailroom.InvalidError) as caught:
        send(room, account, from_="eve@evil.example")
    assert (caught.value.field, caught.value.class_) == ("from", "send_as_denied")
    assert "eve@evil.example" in str(caught.value) and caught.value.advice
    with pytest.raises(mailroom.InvalidError) as caught:
        send(room, account, text="x" * 70 + "\n", attachments=[{"name": "a", "data": b"x" * 20_000}])
    assert (caught.value.field, caught.value.class_, caught.value.cause) == ("size", "too_large", "send.too_large")
    assert "the server takes 20000" in str(caught.value), "as it said at the login"
    assert list(room.find("send")) == []
    for sender in ("ann@test.example", "any@shop.example", "Sales@test.example"):
        assert room.send_wait(send(room, account, from_=sender), 20)["state"] == "sent"
    room.reconnect(account, senders="")
    assert send(room, account, from_="eve@evil.example")


def test_eight_bits_need_a_server_that_takes_them(room, server):
    account = connect(room, server)
    raw = "From: ann@test.example\r\nTo: bob@b.example\r\nSubject: x\r\n\r\nGrüße\r\n".encode()
    row = room.send_wait(room.send(account, raw=raw), 20)
    assert (row["state"], row["cause"], row["temporary"]) == ("failed", "send.eight_bit", 0), row
    assert "8BITMIME" in row["reason"]
    assert room.send_wait(send(room, account, text="Grüße"), 20)["state"] == "sent", "what is composed here is encoded"
