"""Each string of the page of failures, at each stage where a scripted server can say it, and each refusal of Gmail's and Graph's: what is
said where servers say it has the class of the page; and whatever is said wherever, nothing is lost, the words are kept, and the message
goes once the server takes it."""

import mailroom
import pytest

from Send import clock
from Send.answers import CLASSES, SAID
from Send.ends import ENDS
from Send.mailbox import TIMES, Mailbox


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with mailroom.open(tmp_path_factory.mktemp("answers") / "crm.db", **TIMES) as opened:
        yield opened


def said_of(room, box, send, row):
    """Everything that the store keeps of the failure: the send's, its recipients' and the account's own words."""
    status = room.status(box.account)
    texts = [row.get("server_text"), status.get("server_text"), row.get("held_reason")]
    texts += [recipient.get("server_text") for recipient in room.recipients(send)]
    return " ".join(text for text in texts if text)


@pytest.mark.parametrize("over, answer, stage", [
    pytest.param(name, answer, stage, id=f"{name}-{answer.name}-{stage}")
    for name, end in ENDS.items() for answer in SAID[name] for stage in end.stages])
def test_every_answer_at_every_stage(room, over, answer, stage):
    with ENDS[over]() as end:
        box = Mailbox(room, end)
        box.says(stage, answer)
        send = box.send()
        row = box.tried(send)
        assert end.given >= 1, "the answer was given"
        assert not end.messages
        assert row["state"] in ("queued", "retry_wait", "failed"), row
        # What is queued yet is held, and says why; what failed or waits has a class, and a step to take.
        if row["state"] == "queued":
            assert row["held_reason"], row
        else:
            assert row["class"] in CLASSES and row["reason"] and row["advice"], row
            assert (row["state"] == "retry_wait") == (row["temporary"] == 1), row
        assert answer.words in said_of(room, box, send, row).replace("\n", " "), row
        if stage in answer.stages:
            if answer.class_ == "auth" and row["state"] == "retry_wait":
                # A password that has worked is tried once more before anybody is asked for another.
                clock.forward(2 * 60_000)
                room.resend(send)
                row = box.tried(send)
            if row["state"] == "queued":
                assert answer.class_ == "auth", row
                assert room.status(box.account)["state"] == "error"
            else:
                assert (row["class"], row["temporary"]) == (answer.class_, int(answer.temporary)), row
        assert box.goes(send)["state"] == "sent"
        assert end.taken["to0@b.example"] == 1


@pytest.mark.parametrize("over, stage", [(name, stage) for name, end in ENDS.items() for stage in end.stages])
def test_a_limit_or_outage_of_one_message_keeps_the_others(room, over, stage):
    """Three messages, and the answer for the second alone: each has its own outcome, and all arrive once."""
    with ENDS[over]() as end:
        box = Mailbox(room, end)
        sends = [box.send(number) for number in range(3)]
        seen = []

        def second(at, talk):
            if at != stage:
                return None
            seen.append(stage)
            return "451 4.3.0 Temporary system problem" if len(seen) == 2 else None

        if stage == "message":
            end.becomes(lambda number: "rate" if number == 1 else None)
        else:
            box.said = second
        for send in sends:
            box.tried(send)
        for send in sends:
            if room.get("send", send)["state"] != "sent":
                assert box.goes(send)["state"] == "sent"
        assert [end.taken[f"to{number}@b.example"] for number in range(3)] == [1, 1, 1]
