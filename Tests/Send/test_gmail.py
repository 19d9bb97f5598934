"""What is Gmail's own: threads, addresses that are not confirmed, uploads in one request whatever their size. The rest is what all
ends have (`Send.ends`)."""

import mailroom
import pytest

from Send.ends import GmailEnd
from Send.mailbox import TIMES, Mailbox


@pytest.fixture
def box(store):
    with GmailEnd() as end, mailroom.open(store, **TIMES) as room:
        yield Mailbox(room, end)


def test_the_answer_is_in_the_thread(box):
    mailbox = box.server.mailbox(box.address)
    mailbox.add(
        f"From: bob@b.example\r\nTo: {box.address}\r\nSubject: Question\r\nMessage-ID: <q@b.example>\r\n\r\nWhy?\r\n".encode(),
        {"INBOX", "UNREAD"})
    box.sync()
    question = next(iter(box.room.messages(account=box.account)))
    box.tried(box.send(subject="Re: Question", in_reply_to=question["message_id"]))
    threads = {message.thread for message in mailbox.messages.values()}
    assert len(mailbox.messages) == 2 and len(threads) == 1


def test_an_alias_that_is_not_confirmed_is_none(box):
    box.server.mailbox(box.address).send_as.append({"sendAsEmail": "new@test.example", "verificationStatus": "pending"})
    assert box.tried(box.send(**{"from": "new@test.example"}))["class"] == "send_as_denied"
    assert box.server.sent == []


def test_a_reply_asks_for_no_flag_that_gmail_does_not_have(box):
    """Else each reply would be followed by a row that Gmail does not keep it."""
    box.server.mailbox(box.address).add(
        f"From: bob@b.example\r\nTo: {box.address}\r\nMessage-ID: <q@b.example>\r\nSubject: Q\r\n\r\nWhy?\r\n".encode(),
        {"INBOX", "UNREAD"})
    box.sync()
    asked = next(iter(box.room.messages(account=box.account)))
    send = box.send(subject="Re: Q", reply_to_message=asked["id"])
    assert box.tried(send)["state"] == "sent" and len(box.server.sent) == 1
    box.sync()
    assert list(box.room.find("wish", account=box.account)) == []


def test_a_large_message_is_one_request(box):
    big = box.send(text="A line that takes room in the message.\n" * 200_000)
    assert box.tried(big)["state"] == "sent"
    assert len(box.server.sent[0][2]) > 7_000_000 and box.server.calls["messages.send"] == 1
