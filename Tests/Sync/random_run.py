"""Two sides at one mailbox, at random: another client and Mailroom change it for many steps, and the connection is cut
at any byte. In the end both have the same, the audit finds nothing, and every wish was done or lost on record.

    python -m Sync.random_run --server cyrus --steps 2000 --seed 7     (in Tests; the seed replays the run)
"""

import argparse
import contextlib
import pathlib
import random
import tempfile

import mailroom

from Sync.client import ClientError
from Sync.cutting import Cutting
from Sync.mailbox import Mailbox, same

_FLAGS = ["\\Seen", "\\Flagged", "\\Answered", "work", "later"]
_FOLDERS = ["A", "B", "C"]


class RandomRun:
    def __init__(self, server, user, folder, seed, cuts=True, log=None):
        self.chance = random.Random(seed)
        self.seed, self.log = seed, log or (lambda text: None)
        self.cutting = Cutting(server.port) if cuts else None
        self.other = server.client(user)
        for name in ("Trash", "Drafts"):
            if name not in self.other.folders():
                self.other.create(name)
        self.mailbox = Mailbox(
            server, user, pathlib.Path(folder) / f"{user}.db", port=self.cutting.port if cuts else None)
        self.number = 0
        self.counts = {}

    def close(self):
        self.mailbox.room.close()
        self.other.close()
        if self.cutting:
            self.cutting.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # The other client

    def other_append(self):
        self.number += 1
        self.other.append(
            self._theirs(), self.number % 2500, self.chance.sample(_FLAGS, self.chance.randrange(3)))

    def other_flag(self):
        folder, uids = self._some()
        if uids:
            flag = self.chance.choice(_FLAGS)
            self.other.flag(folder, uids, **{self.chance.choice(("add", "remove")): [flag]})

    def other_move(self):
        folder, uids = self._some()
        to = self._theirs()
        if uids and to != folder:
            self.other.move(folder, uids, to)

    def other_copy(self):
        folder, uids = self._some()
        to = self._theirs()
        if uids and to != folder:
            self.other.copy(folder, uids[:2], to)

    def other_expunge(self):
        folder, uids = self._some()
        if uids:
            self.other.expunge(folder, uids[:3])

    def other_create(self):
        missing = [name for name in _FOLDERS if name not in self.other.folders()]
        if missing:
            self.other.create(missing[0])

    def other_rename(self):
        there = [name for name in _FOLDERS if name in self.other.folders()]
        missing = [name for name in _FOLDERS if name not in there]
        if there and missing:
            self.other.rename(self.chance.choice(there), missing[0])

    def other_delete(self):
        there = [name for name in _FOLDERS if name in self.other.folders()]
        if there:
            self.other.delete(self.chance.choice(there))

    def other_makes_anew(self):
        """Another UIDVALIDITY, with some of the same mail."""
        there = [name for name in _FOLDERS if name in self.other.folders()]
        if there:
            name = self.chance.choice(there)
            self.other.delete(name)
            self.other.create(name)
            for number in self.chance.sample(range(max(self.number, 1)), min(4, max(self.number, 1))):
                self.other.append(name, number % 2500)

    def _theirs(self):
        return self.chance.choice([name for name in ["INBOX", *_FOLDERS] if name in self.other.folders()])

    def _some(self):
        folder = self._theirs()
        uids = self.other.uids(folder)
        return folder, sorted(self.chance.sample(uids, min(len(uids), self.chance.randrange(1, 6))))

    # Mailroom

    def _message(self):
        rows = list(self.mailbox.room.messages(account=self.mailbox.id, fields=["id"]))
        return self.chance.choice(rows)["id"] if rows else None

    def _folder(self):
        wanted = {self.mailbox.path(name) for name in ["INBOX", *_FOLDERS]}
        rows = [row for row in self.mailbox.room.find("folder", account=self.mailbox.id) if row["path"] in wanted]
        return self.chance.choice(rows)["id"] if rows else None

    def our_flag(self):
        if message := self._message():
            flag = self.chance.choice(_FLAGS)
            self.mailbox.room.update("message", message, **{self.chance.choice(("add", "remove")): [flag]})

    def our_move(self):
        message, folder = self._message(), self._folder()
        if message and folder:
            self.mailbox.room.update("message", message, folder=folder)

    def our_copy(self):
        message, folder = self._message(), self._folder()
        if message and folder:
            self.mailbox.room.put("place", message=message, folder=folder)

    def our_delete(self):
        if message := self._message():
            if self.chance.random() < 0.5:
                self.mailbox.room.remove("message", message)
            else:
                self.mailbox.room.update("message", message, delete="forever")

    def our_draft(self):
        self.number += 1
        self.mailbox.room.put(
            "message", account=self.mailbox.id, role="drafts", to=["bob@example.com"], subject=f"Draft {self.number}",
            text="x", message_id=f"draft{self.seed}.{self.number}@seed.example")

    def our_sync(self):
        self.mailbox.sync()

    def cut(self):
        if self.cutting:
            self.cutting.cut_after(self.chance.randrange(1, 30_000))
            self.our_sync()

    WEIGHTS = {
        "other_append": 12, "other_flag": 10, "other_move": 8, "other_copy": 4, "other_expunge": 6, "other_create": 4,
        "other_rename": 2, "other_delete": 1, "other_makes_anew": 1, "our_flag": 10, "our_move": 8, "our_copy": 4,
        "our_delete": 4, "our_draft": 2, "our_sync": 16, "cut": 5}

    def step(self):
        name = self.chance.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))[0]
        self.log(name)
        try:
            getattr(self, name)()
        except ClientError as error:
            # Its own folder view was behind: what it wanted is not there any more.
            name += " refused"
            self.log(f"    refused: {error}")
        except (mailroom.NotFoundError, mailroom.ExistsError, mailroom.InvalidError) as error:
            name += " not possible"
            self.log(f"    not possible: {error}")
        except (mailroom.ConnectionError, mailroom.TLSError, mailroom.ProtocolError) as error:
            name += " cut off"
            self.log(f"    cut off: {error}")
        self.counts[name] = self.counts.get(name, 0) + 1

    def settle_and_check(self):
        if self.cutting:
            self.cutting.cut_after(10**12)
        self.mailbox.settle()
        same(self.mailbox, self.other)
        audit = self.mailbox.room.audit(self.mailbox.id)
        assert (audit["missing"], audit["extra"], audit["flags"]) == (0, 0, 0), audit
        states = {}
        for row in self.mailbox.room.find("wish", account=self.mailbox.id):
            states[row["state"]] = states.get(row["state"], 0) + 1
            assert row["state"] in ("done", "lost"), row
            assert row["state"] == "done" or row.get("reason"), f"lost without a reason: {row}"
        return states

    def run(self, steps, check_every=100):
        states = {}
        for number in range(1, steps + 1):
            self.step()
            if number % check_every == 0 or number == steps:
                states = self.settle_and_check()
        return states


def main():
    from Servers import Pki, scratch
    from Sync.conftest import DIST
    from Sync.ends import ENDS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", choices=ENDS, default="dovecot")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--no-cuts", action="store_true", help="leave the connection whole")
    parser.add_argument("--verbose", action="store_true", help="say each step")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 31)
    mailroom.load(DIST / "lib" / "libmailroom.so.1")
    print(f"{given.server}: {given.steps} steps, seed {seed}", flush=True)
    server = ENDS[given.server](f"{scratch()}/server", Pki(f"{scratch()}/pki"))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        log = (lambda text: print(text, flush=True)) if given.verbose else None
        with RandomRun(server, f"random{seed}", folder, seed, not given.no_cuts, log) as run:
            states = run.run(given.steps)
            cuts = run.cutting.cuts if run.cutting else 0
            print(f"{given.server}: {given.steps} steps, seed {seed}: same; wishes {states}; {cuts} cuts; {run.counts}")


if __name__ == "__main__":
    main()
