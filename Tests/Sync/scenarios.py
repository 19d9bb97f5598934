"""What may happen to a mailbox between two syncs: on the server by another client, and in the store as wishes."""


class Scenario:
    """`prepare(other)` before the first sync, then `change(other)` on the server and `wish(mailbox)` in the store."""

    def __init__(self, name, prepare, change=lambda other: None, wish=lambda mailbox: None):
        self.name, self.prepare, self.change, self.wish = name, prepare, change, wish

    def __repr__(self):
        return self.name


def _filled(other):
    for name in ("Work", "Old", "Trash", "Drafts"):
        if name not in other.folders():
            other.create(name)
    for number in range(8):
        other.append("INBOX", number, ["\\Seen"] if number % 2 else [])
    for number in range(20, 24):
        other.append("Old", number)


def _everything_by_others(other):
    uids = other.uids("INBOX")
    other.flag("INBOX", uids[:2], add=["\\Flagged"])
    other.expunge("INBOX", uids[2:3])
    other.move("INBOX", uids[3:5], "Work")
    other.copy("INBOX", uids[5:6], "Work")
    other.append("INBOX", 40)
    other.append("Work", 41)


def _made_anew(other):
    other.delete("Old")
    other.create("Old")
    for number in (21, 20, 25):
        other.append("Old", number)


def _renamed(other):
    other.rename("Old", "Older")


def _wishes(mailbox):
    room = mailbox.room
    room.update("message", mailbox.message(0)["id"], seen=1, add=["crm"])
    room.update("message", mailbox.message(1)["id"], folder=mailbox.folder("Work")["id"])
    room.put("place", message=mailbox.message(2)["id"], folder=mailbox.folder("Old")["id"])
    room.remove("message", mailbox.message(3)["id"])
    room.update("message", mailbox.message(4)["id"], delete="forever")
    room.put("message", account=mailbox.id, role="drafts", to=["bob@example.com"], subject="Draft", text="draft",
             message_id="draft@seed.example")


def _both(mailbox):
    room = mailbox.room
    room.update("message", mailbox.message(0)["id"], seen=1)
    room.update("message", mailbox.message(2)["id"], flagged=1)
    room.update("message", mailbox.message(3)["id"], folder=mailbox.folder("Old")["id"])


SCENARIOS = [
    Scenario("others change", _filled, _everything_by_others),
    Scenario("a folder made anew", _filled, _made_anew),
    Scenario("a folder renamed", _filled, _renamed),
    Scenario("wishes", _filled, wish=_wishes),
    Scenario("both sides", _filled, _everything_by_others, _both),
]
