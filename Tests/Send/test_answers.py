"""A scripted server says each string of the page of failures at each stage: what is said where servers say it has the class of the
page; and whatever is said wherever, nothing is lost, the words are kept, and the message goes once the server takes it."""

import mailroom
import pytest

from Send import clock
from Send.answers import ANSWERS, CLASSES
from Send.mailbox import TIMES, Mailbox
from Servers.scripted import STAGES

@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with mailroom.open(tmp_path_factory.mktemp("answers") / "crm.db", **TIMES) as opened:
        yield opened


def words(answer):
    """A part of the answer's text that must be found in what is kept of it."""
    return answer.lines[0].split(" ", 2)[-1][:30] if "-" not in answer.lines[0][:4] else answer.lines[0][10:40].strip()


def said_of(room, box, send, row):
    """Everything that the store keeps of the failure: the send's, its recipients' and the account's own words."""
    status = room.status(box.account)
    texts = [row.get("server_text"), status.get("server_text"), row.get("held_reason")]
    texts += [recipient.get("server_text") for recipient in room.recipients(send)]
    return " ".join(text for text in texts if text)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_every_answer_at_every_stage(room, answer, stage):
    with Mailbox(room) as box:
        box.says(stage, list(answer.lines))
        send = box.send()
        row = box.tried(send)
        assert box.server.reached >= 1, "the answer was given"
        assert not box.server.messages
        assert row["state"] in ("queued", "retry_wait", "failed"), row
        # What is queued yet is held, and says why; what failed or waits has a class, and a step to take.
        if row["state"] == "queued":
            assert row["held_reason"], row
        else:
            assert row["class"] in CLASSES and row["reason"] and row["advice"], row
            assert (row["state"] == "retry_wait") == (row["temporary"] == 1), row
        assert words(answer) in said_of(room, box, send, row).replace("\n", " "), row
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
        assert box.server.taken["to0@b.example"] == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_limit_or_outage_of_one_message_keeps_the_others(room, stage):
    """Three messages, and the answer for the second alone: each has its own outcome, and all arrive once."""
    with Mailbox(room) as box:
        sends = [box.send(number) for number in range(3)]
        seen = []

        def second(at, talk):
            if at != stage:
                return None
            seen.append(stage)
            return "451 4.3.0 Temporary system problem" if len(seen) == 2 else None

        box.said = second
        for send in sends:
            box.tried(send)
        for send in sends:
            if room.get("send", send)["state"] != "sent":
                assert box.goes(send)["state"] == "sent"
        assert [box.server.taken[f"to{number}@b.example"] for number in range(3)] == [1, 1, 1]
