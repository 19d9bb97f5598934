"""A message that is somewhere else now is the same message."""

from Sync.mailbox import same


def moved(mailbox, other, act):
    """What the feed says of messages while `act` is done and synced."""
    mailbox.settle()
    before = mailbox.latest()
    act()
    mailbox.settle()
    same(mailbox, other)
    return mailbox.changes(before)


def test_a_move_keeps_the_message(mailbox, other):
    other.create("Work")
    for number in range(6):
        other.append("INBOX", number)
    mailbox.settle()
    ids = [mailbox.message(number)["id"] for number in range(6)]
    told = moved(mailbox, other, lambda: other.move("INBOX", other.uids("INBOX")[1:4], "Work"))
    assert [mailbox.message(number)["id"] for number in range(6)] == ids
    assert mailbox.places(2) == [mailbox.path("Work")]
    assert {row["what"] for row in told} == {"changed"}, "neither removed nor added"


def test_there_and_back_again(mailbox, other):
    other.create("Work")
    other.append("INBOX", 1)
    mailbox.settle()
    id = mailbox.message(1)["id"]
    other.move("INBOX", other.uids("INBOX"), "Work")
    mailbox.sync()
    told = moved(mailbox, other, lambda: other.move("Work", other.uids("Work"), "INBOX"))
    assert mailbox.message(1)["id"] == id
    assert mailbox.places(1) == ["INBOX"]
    assert "removed" not in {row["what"] for row in told}


def test_a_copy_is_one_message_in_two_places(mailbox, other):
    other.create("Work")
    other.append("INBOX", 1)
    mailbox.settle()
    before = mailbox.latest()
    other.copy("INBOX", other.uids("INBOX"), "Work")
    result = mailbox.sync()
    assert mailbox.places(1) == sorted(["INBOX", mailbox.path("Work")])
    assert not [row for row in mailbox.changes(before) if row["what"] == "added"]
    assert result["bytes"] == 0, "its body was fetched a second time"


def test_a_copy_that_goes_leaves_the_message(mailbox, other):
    other.create("Work")
    other.append("INBOX", 1)
    other.append("Work", 1)
    mailbox.settle()
    other.expunge("Work", other.uids("Work"))
    mailbox.settle()
    assert mailbox.places(1) == ["INBOX"]
    other.expunge("INBOX", other.uids("INBOX"))
    mailbox.settle()
    assert mailbox.message(1) is None
