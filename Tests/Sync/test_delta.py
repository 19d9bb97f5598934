"""What the other client does arrives, and nothing else does."""

from Sync.mailbox import same


def test_the_first_sync_has_everything(mailbox, other):
    for number in range(30):
        other.append("INBOX", number, ["\\Seen"] if number % 3 else [])
    other.create("Projects")
    other.append("Projects", 100, ["\\Flagged", "$Forwarded"])
    mailbox.settle()
    same(mailbox, other)
    assert mailbox.folder("INBOX")["complete"] == 1
    assert mailbox.folder("INBOX")["server_messages"] == 30
    assert mailbox.message(100)["flagged"] == 1


def test_nothing_changed_is_nothing_done(mailbox, other):
    for number in range(5):
        other.append("INBOX", number)
    mailbox.settle()
    before = mailbox.latest()
    result = mailbox.sync()
    assert [result.get(name, 0) for name in ("messages", "flags", "gone", "bytes")] == [0, 0, 0, 0]
    assert mailbox.changes(before) == []


def test_new_mail_flags_and_removals(mailbox, other):
    for number in range(20):
        other.append("INBOX", number)
    mailbox.settle()
    uids = other.uids("INBOX")
    before = mailbox.latest()
    other.flag("INBOX", uids[:3], add=["\\Seen", "\\Answered"])
    other.flag("INBOX", uids[3:5], add=["urgent"])
    other.expunge("INBOX", uids[10:13])
    other.append("INBOX", 50)
    result = mailbox.sync()
    assert result["messages"] == 1
    same(mailbox, other)
    told = mailbox.changes(before)
    assert [row.get("detail") for row in told if row["what"] == "added"] == ["new"]
    mailbox.settle()
    assert [mailbox.message(number) is None for number in (9, 10, 11, 12, 13)] == [False, True, True, True, False]


def test_flags_come_and_go(mailbox, other):
    other.append("INBOX", 1, ["\\Seen", "\\Flagged"])
    mailbox.settle()
    assert (mailbox.message(1)["seen"], mailbox.message(1)["flagged"]) == (1, 1)
    other.flag("INBOX", other.uids("INBOX"), add=["later"], remove=["\\Seen"])
    assert mailbox.sync()["flags"] == 1
    same(mailbox, other)
    assert mailbox.message(1)["seen"] == 0
    assert mailbox.sync()["flags"] == 0
    assert ("later" in mailbox.message(1)["flags"]) == mailbox.server.keeps("later")


def test_many_at_once(mailbox, other):
    for number in range(120):
        other.append("INBOX", number)
    mailbox.settle()
    other.expunge("INBOX", other.uids("INBOX")[::2])
    for number in range(200, 260):
        other.append("INBOX", number)
    mailbox.sync()
    same(mailbox, other)
