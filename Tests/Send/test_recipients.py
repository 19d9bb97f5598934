"""Several recipients with answers of their own: who is offered it again, and who is not."""

import sqlite3
import time

import mailroom
import pytest

from Send import clock
from Send.mailbox import HOUR, TIMES, Mailbox

REFUSED, LATER = "550 5.1.1 No such user", "450 4.2.1 Greylisted, try again in 2 minutes"


@pytest.fixture
def room(store):
    with mailroom.open(store, **TIMES) as opened:
        yield opened


def until(what, seconds=15):
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    assert what()


def an_hour_later(store, send):
    """What a worker makes of it then."""
    clock.forward(HOUR)
    with mailroom.open(store, work="always", **TIMES) as worker:
        worker.start()
        until(lambda: worker.get("send", send)["state"] not in ("queued", "sending", "retry_wait"))
        return worker.get("send", send)


class Listening(Mailbox):
    """Answers each recipient by a table, and writes down whom it was asked for."""

    def __init__(self, room, answers):
        super().__init__(room)
        self.answers, self.asked = answers, []
        self.said = self.answer

    def answer(self, stage, talk):
        if stage != "rcpt":
            return self.answers.get(stage)
        self.asked.append((stage, talk.address))
        return self.answers.get(talk.address)


def test_a_retry_goes_to_those_who_were_put_off_alone(room, store):
    with Listening(room, {"bad@b.example": REFUSED, "late@b.example": LATER}) as box:
        send = box.send(to=["good@b.example", "bad@b.example", "late@b.example"])
        row = box.tried(send)
        assert (row["state"], row["accepted"], row["refused"], row["deferred"]) == ("retry_wait", 1, 1, 1), row
        assert len(box.asked) == 3
        del box.answers["late@b.example"]
        row = an_hour_later(store, send)
        assert [address for _, address in box.asked[3:]] == ["late@b.example"], "neither who has it nor who was refused"
        assert (row["state"], row["class"], row["accepted"], row["refused"]) == ("failed", "bad_recipient", 2, 1), row
        assert row["server_text"] == "No such user" and row["advice"] and row["temporary"] == 0
        assert [(attempt["outcome"], attempt.get("class")) for attempt in room.attempts(send)] == [
            ("partial", "throttling"), ("accepted", None)]
        del box.answers["bad@b.example"]
        assert room.resend_all() == 1
        row = box.tried(send)
        assert (row["state"], row["accepted"]) == ("sent", 3), row
        assert [address for _, address in box.asked[4:]] == ["bad@b.example"]
        assert dict(box.server.taken) == {"good@b.example": 1, "bad@b.example": 1, "late@b.example": 1}


def test_a_connection_lost_on_the_way_takes_nobody_for_refused(room, store):
    """One is refused, then the server is gone before the dot: the others are tried again, the one is not."""
    with Listening(room, {"bad@b.example": REFUSED, "data": "421 4.3.0 Shutting down"}) as box:
        send = box.send(to=["good@b.example", "bad@b.example"])
        row = box.tried(send)
        assert (row["state"], row["class"]) == ("retry_wait", "outage"), row
        del box.answers["data"]
        row = an_hour_later(store, send)
        assert (row["state"], row["class"], row["accepted"], row["refused"]) == ("failed", "bad_recipient", 1, 1), row
        assert [address for _, address in box.asked[2:]] == ["good@b.example"]


def test_what_is_known_of_one_does_not_depend_on_the_next(room, store):
    """The second of two cannot be begun at all: that the first was accepted is stored all the same."""
    with Mailbox(room) as box:
        first, second = box.send(0), box.send(1)
        with sqlite3.connect(store) as db:
            db.execute("DELETE FROM recipient WHERE send = ?", (second,))
        db.close()
        with mailroom.open(store, work="always", **TIMES) as worker:
            worker.start()
            until(lambda: worker.get("send", first)["state"] not in ("queued", "sending"))
            assert worker.get("send", first)["state"] == "sent", worker.get("send", first)
        assert box.server.taken["to0@b.example"] == 1


def test_a_time_before_all_times_is_now(room, end):
    box = Mailbox(room, end)
    assert box.tried(box.send(send_at=-5))["state"] == "sent"


def test_the_same_key_is_the_same_send_whatever_has_changed_meanwhile(room, end):
    with Mailbox(room, end) as box:
        send = box.send(idempotency_key="k", text="x" * 3000)
        room.put("pacing", account=box.account, max_size=1000)
        with pytest.raises(mailroom.InvalidError):
            box.send(text="x" * 3000)
        assert box.send(idempotency_key="k", text="x" * 3000) == send
        room.disconnect(box.account)
        assert box.send(idempotency_key="k", text="x" * 3000) == send
        with pytest.raises(mailroom.ExistsError):
            box.send(idempotency_key="k", text="other")


def test_what_cannot_go_is_not_queued_again_either(room, end):
    with Mailbox(room, end) as box:
        raw = "From: ann@test.example\r\nTo: undisclosed\r\nSubject: x\r\n\r\nx\r\n"
        for fields, field in ((dict(raw=raw, recipients=["bob@b.example", "nobody"]), "recipients[1]"), (dict(raw=raw), "raw")):
            with pytest.raises(mailroom.InvalidError) as caught:
                room.send(box.account, **fields)
            assert caught.value.field == field
        end.becomes("no")
        send = box.send()
        assert box.tried(send)["state"] == "failed"
        room.put("pacing", account=box.account, recipients_message=2)
        with pytest.raises(mailroom.InvalidError) as caught:
            room.resend(send, to=[f"r{number}@b.example" for number in range(3)])
        assert (caught.value.field, caught.value.cause) == ("to", "send.too_many_recipients")
        with pytest.raises(mailroom.InvalidError) as caught:
            room.resend(send, message={"to": "bob@b.example", "text": "x", "priority": "high"})
        assert caught.value.field == "message.priority"
        assert room.get("send", send)["state"] == "failed"


def test_a_server_that_talks_without_an_end_about_each(room):
    """Of what it says of one recipient the beginning is kept."""
    with Mailbox(room) as box:
        box.says("rcpt", ["550-" + "x" * 4000] * 3 + ["550 5.1.1 no"])
        send = box.send(to=[f"r{number}@b.example" for number in range(20)])
        row = box.tried(send)
        assert row["state"] == "failed", row
        for recipient in room.find("recipient", send=send):
            assert recipient["state"] == "refused" and 1000 < len(recipient["server_text"]) <= 2000


def test_what_has_ended_is_not_cancelled(room, end):
    """What may have arrived would look like what was never sent, and go again unasked."""
    with Mailbox(room, end) as box:
        end.becomes("hang")
        unknown = box.send()
        assert box.tried(unknown)["state"] == "outcome_unknown"
        end.becomes("no")
        failed = box.send(1)
        assert box.tried(failed)["state"] == "failed"
        for send in (unknown, failed):
            with pytest.raises(mailroom.InvalidError):
                room.cancel(send)
        with pytest.raises(mailroom.UnknownOutcomeError):
            room.resend(unknown)


def test_closing_waits_some_seconds_for_a_server_that_hangs_with_the_message(store, end):
    """Not as long as a server may take: what became of the message stays unknown, and is known to be."""
    with mailroom.open(store, key_file=True, work="always", io_timeout_ms=60_000) as worker, Mailbox(worker, end) as box:
        end.becomes("hang")
        send = box.send()
        worker.start()
        until(lambda: end.offered)
        time.sleep(0.3)
        before = time.monotonic()
        worker.close()
        assert 5 < time.monotonic() - before < 20
    with mailroom.open(store, key_file=True) as room:
        row = room.get("send", send)
        assert (row["state"], row["class"]) == ("outcome_unknown", "outcome_unknown"), row
        assert "stopped" in row["reason"] and row["advice"]
        assert [attempt["outcome"] for attempt in room.attempts(send)] == ["unknown"]


def test_an_idle_account_sends_what_waits_at_one_that_is_held(store):
    with mailroom.open(store, work="always", **TIMES) as room, Mailbox(room) as held, Mailbox(room) as idle:
        held.says("auth", "535 5.7.8 Username and Password not accepted")
        with pytest.raises(mailroom.AuthError):
            room.reconnect(held.account)
        batch = room.batch(
            [held.account, idle.account], [f"r{number}@b.example" for number in range(6)], subject="S", text="T")
        for row in list(room.find("send", batch=batch, account=idle.account)):
            room.cancel(row["id"])
        assert [row["account"] for row in room.find("send", batch=batch, state="queued")] == [held.account] * 3
        room.start()
        until(lambda: room.get("batch", batch)["sent"] == 3)
        assert room.get("batch", batch)["state"] == "done"
        assert sum(idle.server.taken.values()) == 3 and not held.server.taken
