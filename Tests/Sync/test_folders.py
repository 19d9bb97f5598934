"""Folders come, go, are renamed and made anew; no mail is fetched twice and none is announced as new."""

import pytest

from Sync.mailbox import same


def test_folders_come_and_go(mailbox, other):
    other.create("Projects")
    other.append("Projects", 1)
    mailbox.settle()
    same(mailbox, other)
    other.delete("Projects")
    mailbox.settle()
    same(mailbox, other)
    assert mailbox.message(1) is None


def test_a_renamed_folder_keeps_its_messages(mailbox, other):
    other.create("Before")
    for number in range(8):
        other.append("Before", number)
    mailbox.settle()
    ids = [mailbox.message(number)["id"] for number in range(8)]
    before = mailbox.latest()
    other.rename("Before", "After")
    result = mailbox.sync()
    mailbox.settle()
    same(mailbox, other)
    assert [mailbox.message(number)["id"] for number in range(8)] == ids
    assert result["bytes"] == 0, "bodies were fetched a second time"
    assert {row["what"] for row in mailbox.changes(before)} <= {"changed"}


def test_a_folder_made_anew(mailbox, other):
    """Deleted and made again under its name: another UIDVALIDITY, the same mail."""
    other.create("Archive2")
    for number in range(10):
        other.append("Archive2", number, ["\\Seen"])
    mailbox.settle()
    ids = [mailbox.message(number)["id"] for number in range(10)]
    before = mailbox.latest()
    other.delete("Archive2")
    other.create("Archive2")
    for number in (4, 3, 2, 1, 0, 20):
        other.append("Archive2", number)
    mailbox.settle()
    same(mailbox, other)
    assert [mailbox.message(number)["id"] for number in range(5)] == ids[:5]
    added = [row for row in mailbox.changes(before) if row["what"] == "added"]
    assert [row["id"] for row in added] == [mailbox.message(20)["id"]], "a flood of new mail"
    assert all(mailbox.message(number) is None for number in range(5, 10))


def test_names_of_many_countries(mailbox, other):
    name = other.spelled("Entwuürfe & Mehr")
    other.create(name)
    other.append(name, 1)
    mailbox.settle()
    paths = [row["path"] for row in mailbox.room.find("folder", account=mailbox.id)]
    assert mailbox.path("Entwuürfe & Mehr") in paths
    assert mailbox.message(1) is not None


def test_special_folders_are_found(mailbox, other):
    for name in ("Sent", "Drafts", "Trash"):
        if name not in other.folders():
            other.create(name)
    mailbox.settle()
    roles = {row["path"]: row.get("role") for row in mailbox.room.find("folder", account=mailbox.id)}
    assert roles["INBOX"] == "inbox"
    for name in ("Sent", "Drafts", "Trash"):
        assert roles[mailbox.path(name)] == name.lower()


def test_a_folder_that_is_switched_off_is_left_alone(mailbox, other):
    other.create("Bulk")
    mailbox.settle()
    mailbox.room.update("folder", mailbox.folder("Bulk")["id"], sync=0)
    other.append("Bulk", 1)
    mailbox.settle()
    assert mailbox.message(1) is None
    mailbox.room.update("folder", mailbox.folder("Bulk")["id"], sync=1)
    mailbox.settle()
    assert mailbox.message(1) is not None


def test_the_user_says_which_folder_is_sent(mailbox, other):
    other.create("Raus")
    mailbox.settle()
    mailbox.room.update("folder", mailbox.folder("Raus")["id"], role="sent")
    mailbox.settle()
    assert mailbox.folder("Raus")["role"] == "sent"
    with pytest.raises(Exception, match="role"):
        mailbox.room.update("folder", mailbox.folder("Raus")["id"], role="nonsense")
