"""Servers that hang, that hang up in the middle of an answer, and that say 250 when nobody listens any more."""

import time

import mailroom
import pytest

from Send.mailbox import Mailbox
from Servers.scripted import STAGES, Cut, Gone, Hang

USUAL = {
    "connect": "220 scripted.test.example ESMTP\r\n",
    "ehlo": "250-scripted.test.example\r\n250-PIPELINING\r\n250-SIZE 104857600\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
            "250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN\r\n",
    "auth": "235 2.7.0 Accepted\r\n", "mail": "250 2.1.0 Ok\r\n", "rcpt": "250 2.1.5 Ok\r\n",
    "data": "354 End with a line of one dot\r\n", "dot": "250 2.0.0 Ok: queued as SCRIPTED\r\n"}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with mailroom.open(
        tmp_path_factory.mktemp("cuts") / "crm.db", key_file=True, connect_timeout_ms=1000, io_timeout_ms=1000,
    ) as opened:
        yield opened


def unsent(box, send, row):
    """Not sent, and known not to be: it goes again by itself or by Resend."""
    assert row["state"] in ("retry_wait", "failed"), row
    assert (row["class"], row["temporary"]) == ("connection", 1), row
    assert row["reason"] and row["advice"], row
    assert box.goes(send)["state"] == "sent"
    assert box.server.taken["to0@b.example"] == 1


def unknown(box, send, row, taken):
    """Nobody knows: it stays so until a person decides, and never goes unasked."""
    assert (row["state"], row["class"], row["temporary"]) == ("outcome_unknown", "outcome_unknown", 0), row
    assert row["advice"], row
    assert box.server.taken["to0@b.example"] == taken
    box.said = None
    with pytest.raises(mailroom.UnknownOutcomeError):
        box.room.resend(send)
    other = box.send(1)
    assert box.tried(other)["state"] == "sent", "others go on"
    assert box.server.taken["to0@b.example"] == taken
    box.room.resend(send, accept_duplicate=True)
    assert box.tried(send)["state"] == "sent"
    assert box.server.taken["to0@b.example"] == taken + 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_server_that_hangs(room, stage):
    with Mailbox(room) as box:
        box.says(stage, Hang)
        send = box.send()
        start = time.monotonic()
        row = box.tried(send)
        assert time.monotonic() - start < 10
        assert box.server.reached >= 1
        if stage == "dot":
            unknown(box, send, row, 0)
        else:
            unsent(box, send, row)


CUTS = [(stage, octets) for stage in STAGES for octets in range(len(USUAL[stage]))]


@pytest.mark.parametrize("stage, octets", CUTS)
def test_cut_at_every_octet_of_an_answer(room, stage, octets):
    """The usual answer breaks off: whatever of it came, nothing counts as accepted but a whole line that says so."""
    with Mailbox(room) as box:
        box.says(stage, Cut([USUAL[stage].removesuffix("\r\n")], octets))
        send = box.send()
        row = box.tried(send)
        assert box.server.reached >= 1
        if stage == "dot":
            unknown(box, send, row, 0)
        else:
            unsent(box, send, row)


@pytest.mark.parametrize("octets", range(0, len("554 5.7.1 Rejected\r\n"), 3))
def test_a_refusal_that_is_cut(room, octets):
    """A refusal after the dot that was not heard to its end is not one."""
    with Mailbox(room) as box:
        box.says("dot", Cut("554 5.7.1 Rejected", octets))
        send = box.send()
        unknown(box, send, box.tried(send), 0)


@pytest.mark.parametrize("octets", (0, 3, 20))
def test_taken_and_cut(room, octets):
    with Mailbox(room) as box:
        box.says("dot", Cut("250 2.0.0 Ok: queued as SCRIPTED", octets, taken=True))
        send = box.send()
        unknown(box, send, box.tried(send), 1)


def test_250_after_the_client_has_gone(room):
    """The server is slower than the client's patience, and takes the message when nobody is there to hear it."""
    with Mailbox(room) as box:
        box.says("dot", Gone)
        send = box.send()
        row = box.tried(send)
        end = time.monotonic() + 10
        while not box.server.messages and time.monotonic() < end:
            time.sleep(0.02)
        unknown(box, send, row, 1)


@pytest.mark.parametrize("line", (1, 5, 8, 30))
def test_cut_within_the_content(room, line):
    """The server hangs up while it is given the message: nothing has been accepted."""
    with Mailbox(room) as box:
        count = []

        def watch(stage, talk):
            if stage == "content":
                count.append(1)
                if len(count) == line:
                    talk.line.connection.shutdown(2)

        box.server.watch = watch
        # Larger than what a socket takes at once, so that the client notices before it is done.
        send = box.send(text="A line that takes room in the message.\n" * 400_000)
        row = box.tried(send)
        box.server.watch = lambda stage, talk: None
        assert len(count) >= line
        unsent(box, send, row)


@pytest.mark.parametrize("answer", ["", "garbage", "25", "999 what", "250", "abc def", "\0\0\0", "250-more\r\n550 mixed", "-250 no"])
def test_nonsense_after_the_dot(room, answer):
    """What is no reply says nothing; a bare 250 is one."""
    with Mailbox(room) as box:
        box.says("dot", answer)
        send = box.send()
        row = box.tried(send)
        if answer == "250":
            assert row["state"] == "sent"
        else:
            unknown(box, send, row, 1 if answer.startswith("2") else 0)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
def test_a_server_that_says_421_and_is_gone(room, stage):
    with Mailbox(room) as box:
        box.says(stage, "421 4.3.2 Shutting down")
        send = box.send()
        row = box.tried(send)
        assert (row["state"], row["temporary"]) == ("retry_wait", 1), row
        assert "Shutting down" in row["server_text"]
        assert box.goes(send)["state"] == "sent"
        assert box.server.taken["to0@b.example"] == 1
