"""What the CRM wishes becomes true on the server."""

import pytest

from Sync.mailbox import same


@pytest.fixture
def filled(mailbox, other):
    for name in ("Work", "Trash", "Drafts", "Sent"):
        if name not in other.folders():
            other.create(name)
    for number in range(4):
        other.append("INBOX", number)
    mailbox.settle()
    return mailbox


def test_flags(filled, other):
    id = filled.message(1)["id"]
    keywords = [name for name in ["crm"] if filled.server.keeps(name)]
    filled.room.update("message", id, seen=1, flagged=1, add=keywords)
    assert filled.message(1)["seen"] == 1, "the wish shows at once"
    filled.settle()
    same(filled, other)
    assert {"\\Seen", "\\Flagged", *keywords} <= other.everything()["INBOX"][other.uids("INBOX")[1]][1]
    filled.room.update("message", id, seen=0, remove=keywords)
    filled.settle()
    same(filled, other)
    assert filled.message(1)["seen"] == 0


def test_move(filled, other):
    id = filled.message(2)["id"]
    filled.room.update("message", id, folder=filled.folder("Work")["id"])
    assert filled.places(2) == [filled.path("Work")], "the wish shows at once"
    filled.settle()
    same(filled, other)
    assert filled.message(2)["id"] == id
    assert len(other.uids("Work")) == 1


def test_copy(filled, other):
    id = filled.message(2)["id"]
    filled.room.put("place", message=id, folder=filled.folder("Work")["id"])
    filled.settle()
    same(filled, other)
    assert filled.places(2) == sorted(["INBOX", filled.path("Work")])


def test_delete_goes_to_trash_then_for_good(filled, other):
    filled.room.remove("message", filled.message(3)["id"])
    filled.settle()
    same(filled, other)
    assert filled.places(3) == [filled.path("Trash")]
    filled.room.remove("message", filled.message(3)["id"])
    filled.settle()
    same(filled, other)
    assert filled.message(3) is None


def test_delete_for_good(filled, other):
    filled.room.update("message", filled.message(0)["id"], delete="forever")
    filled.settle()
    same(filled, other)
    assert filled.message(0) is None
    assert len(other.uids("INBOX")) == 3


def test_others_deleted_mail_stays(filled, other):
    """Deleting one message for good expunges no other that somebody has only marked."""
    other.flag("INBOX", other.uids("INBOX")[:1], add=["\\Deleted"])
    filled.sync()
    filled.room.update("message", filled.message(2)["id"], delete="forever")
    filled.settle()
    assert len(other.uids("INBOX")) == 3


def test_a_draft_is_made_replaced_and_removed(filled, other):
    room = filled.room
    first = room.put("message", account=filled.id, role="drafts", to=["bob@example.com"], subject="One", text="first")
    filled.settle()
    same(filled, other)
    assert len(other.uids("Drafts")) == 1
    second = room.put(
        "message", account=filled.id, role="drafts", replaces=first, to=["bob@example.com"], subject="Two", text="second")
    filled.settle()
    same(filled, other)
    assert len(other.uids("Drafts")) == 1
    assert room.get("message", second)["subject"] == "Two"
    room.update("message", second, delete="forever")
    filled.settle()
    assert other.uids("Drafts") == []


def test_the_servers_state_wins(filled, other):
    """Wished while the message was already gone: the store follows the server, and the feed says so."""
    id = filled.message(1)["id"]
    other.expunge("INBOX", [other.uids("INBOX")[1]])
    before = filled.latest()
    filled.room.update("message", id, flagged=1)
    filled.settle()
    same(filled, other)
    assert filled.message(1) is None
    wishes = list(filled.room.find("wish", account=filled.id))
    assert wishes[-1]["state"] == "lost"
    assert [row for row in filled.changes(before) if row.get("detail") == "conflict"]


def test_read_only_changes_nothing(filled, other):
    before = other.everything()
    filled.room.reconnect(filled.id, direction="read_only")
    with pytest.raises(Exception, match="read_only|read only"):
        filled.room.update("message", filled.message(1)["id"], seen=1)
    filled.settle()
    assert other.everything() == before
