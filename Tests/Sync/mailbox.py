"""A mailbox of a test server as Mailroom has it."""

import time

import mailroom

#: The fields of a sync's result that say that something was different.
NEWS = ("messages", "flags", "gone")


class Mailbox:
    def __init__(self, server, user, store, port=None, connect=True, **options):
        self.server, self.user, self.store = server, user, store
        self.room = mailroom.open(
            store, key_file=True, ca_file=server.ca, connect_timeout_ms=10_000, io_timeout_ms=20_000, **options)
        self.port = port
        self.id = None
        if connect:
            self.id = self.room.connect(**self.settings())["id"]

    def settings(self, **others):
        return {**self.server.settings(self.user, self.port), **others}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.room.close()

    def path(self, folder):
        return self.server.path(folder)

    def sync(self):
        """One sync. Where the server has no modification sequences, changed flags are seen by comparing alone."""
        return self.room.sync(self.id, walk=self.server.walks)

    def settle(self, rounds=12):
        """Syncs until nothing is different any more and no wish is open; one that waits for its next attempt is waited for."""
        for _ in range(rounds):
            result = self.sync()
            open_wishes = list(self.room.find("wish", account=self.id, state="open"))
            if any(result.get(name, 0) for name in NEWS):
                continue
            if not open_wishes:
                return
            waits = min(row.get("next_attempt", 0) for row in open_wishes) / 1000 - time.time()
            time.sleep(min(max(waits, 0), 70))
        raise AssertionError(f"it does not settle: {result}, open wishes {open_wishes}")

    def folder(self, name):
        """The row of a folder by its name without the prefix; None where there is none."""
        rows = [row for row in self.room.find("folder", account=self.id) if row["path"] == self.path(name)]
        return rows[0] if rows else None

    def message(self, number):
        """The row of a seed message; None where it is not there."""
        rows = list(self.room.messages(account=self.id, message_id=f"m{number}@seed.example"))
        assert len(rows) <= 1, f"message {number} is there {len(rows)} times"
        return rows[0] if rows else None

    def places(self, number):
        """The names of the folders that have a seed message, sorted."""
        message = self.message(number)
        if message is None:
            return []
        folders = {row["id"]: row["path"] for row in self.room.find("folder", account=self.id)}
        return sorted(folders[row["folder"]] for row in self.room.find("place", message=message["id"]))

    def everything(self):
        """{path: {uid: (Message-ID, flags)}}, as `Client.everything` gives it of the server."""
        names = {row["id"]: row["message_id"] for row in self.room.messages(account=self.id)}
        folders = {row["id"]: row["path"] for row in self.room.find("folder", account=self.id) if row["selectable"]}
        found = {path: {} for path in folders.values()}
        for row in self.room.find("place", account=self.id):
            uid = self.server.uid(row["ref"]) if row.get("ref") else -row["id"]
            found[folders[row["folder"]]][uid] = (names.get(row.get("message")), frozenset(row.get("flags") or []))
        return found

    def changes(self, after=0):
        return [row for row in self.room.changes(after) if row["kind"] == "message"]

    def latest(self):
        number = 0
        for row in self.room.changes():
            number = row["number"]
        return number


def same(mailbox, other):
    """Asserts that the store has what the server has: folders, messages, flags."""
    ours, theirs = mailbox.everything(), other.everything()
    assert sorted(ours) == sorted(theirs), "other folders"
    for path, messages in theirs.items():
        assert ours[path] == messages, f"{path} differs"
