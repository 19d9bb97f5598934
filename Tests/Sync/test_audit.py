"""The audit believes nothing: it reads the server and compares."""


def test_it_finds_what_is_missing_extra_and_different(mailbox, other):
    for number in range(12):
        other.append("INBOX", number)
    mailbox.settle()
    clean = mailbox.room.audit(mailbox.id)
    assert (clean["missing"], clean["extra"], clean["flags"]) == (0, 0, 0)
    uids = other.uids("INBOX")
    other.append("INBOX", 50)
    other.append("INBOX", 51)
    other.expunge("INBOX", uids[:1])
    other.flag("INBOX", uids[4:6], add=["\\Flagged"])
    found = mailbox.room.audit(mailbox.id)
    assert (found["missing"], found["extra"], found["flags"]) == (2, 1, 2)
    missing = [item for item in found["items"] if item["what"] == "missing"]
    assert sorted(item["message_id"] for item in missing) == ["m50@seed.example", "m51@seed.example"]
    mailbox.settle()
    healed = mailbox.room.audit(mailbox.id)
    assert (healed["missing"], healed["extra"], healed["flags"]) == (0, 0, 0)
