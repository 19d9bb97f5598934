"""What is wished of mail, to the files of a real Maildir and back: mark, move, copy, delete, drafts, conflicts; and a process
that dies in the middle of it."""

import os
import pathlib
import signal
import time

import mailroom
import pytest

from EndToEnd import helper

FOLDERS = (".Archive", ".Drafts", ".Sent", ".Trash")
RAW = b"From: ann@example.com\r\nSubject: Sent\r\n\r\nDone.\r\n"


class Maildir:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        for folder in (".", *FOLDERS):
            for part in ("cur", "new", "tmp"):
                (self.path / folder / part).mkdir(parents=True, exist_ok=True)

    def deliver(self, number, flags="", folder="."):
        text = (
            f"From: bob@example.com\r\nTo: ann@example.com\r\nMessage-ID: <m{number}@x.example>\r\n"
            f"Subject: Number {number}\r\n\r\nThis is {number}.\r\n")
        (self.path / folder / "cur" / f"{number}.a.host:2,{flags}").write_bytes(text.encode())

    def files(self, folder="."):
        """{what is in the file: flags}, of every message that the folder shows; a file that is there twice is an error."""
        found = {}
        for part in ("cur", "new"):
            for file in (self.path / folder / part).iterdir():
                lines = file.read_bytes().split(b"\r\n")
                name = next(line for line in lines if line.startswith(b"Subject: ")).decode()[9:]
                assert name not in found, f"{name} is in {folder} twice"
                found[name] = file.name.partition(":2,")[2]
        return found

    def everything(self):
        return {folder: self.files(folder) for folder in (".", *FOLDERS)}


class Box:
    def __init__(self, tmp_path, **settings):
        self.dir = Maildir(tmp_path / "mail")
        self.store = tmp_path / "crm.db"
        self.room = mailroom.open(self.store, key_file=True)
        self.id = self.room.connect(
            address="ann@example.com", provider="maildir", path=str(self.dir.path), **settings)["id"]

    def message(self, number):
        return self.room.messages(message_id=f"m{number}@x.example").first()

    def folder(self, path):
        return self.room.find("folder", account=self.id, path=path).first()

    def places(self, message):
        paths = {row.id: row.path for row in self.room.find("folder", account=self.id)}
        return sorted(paths[row.folder] for row in self.room.find("place", message=message))

    def wishes(self, **where):
        return [(row.kind, row.state) for row in self.room.find("wish", account=self.id, **where)]

    def sync(self):
        return self.room.sync(self.id)


@pytest.fixture
def box(tmp_path):
    made = Box(tmp_path)
    for number in range(1, 7):
        made.dir.deliver(number)
    made.sync()
    yield made
    made.room.close()


def test_flags(box):
    one, two = box.message(1), box.message(2)
    box.room.mark(one, seen=True, flagged=True)
    box.room.mark(two, add=r"\Draft", remove="Work")
    assert box.message(1).seen == 1, "it shows at once"
    assert box.wishes() == [("flags", "open")] * 2
    box.sync()
    assert box.dir.files()["Number 1"] == "FS"
    assert box.dir.files()["Number 2"] == "D"
    assert box.wishes() == [("flags", "done")] * 2
    box.room.mark(one, seen=False)
    box.room.mark(one, seen=True)
    assert box.wishes(state="open") == [("flags", "open")], "both are one wish"
    box.sync()
    assert box.dir.files()["Number 1"] == "FS"
    latest = max(row.number for row in box.room.changes())
    again = box.sync()
    assert (again.messages, again.flags, again.gone) == (0, 0, 0)
    assert [row for row in box.room.changes(latest) if row.kind == "message"] == []


def test_a_keyword_that_is_not_kept_is_lost(box):
    box.room.mark(box.message(1), seen=True, add="Work")
    assert box.message(1).flags == [r"\Seen", "Work"]
    box.sync()
    assert box.message(1).flags == [r"\Seen"]
    wish = box.room.find("wish").first()
    assert wish.state == "lost" and "+Work" in wish.reason
    assert [row.what for row in box.room.changes() if row.detail == "conflict"] == ["changed"]
    assert [row.what for row in box.room.find("log", level="notice")] == ["wish"]


def test_move_copy_and_delete(box):
    moved, copied, trashed, removed = (box.message(number) for number in range(1, 5))
    box.room.move(moved, box.folder("Archive"))
    place = box.room.copy(copied, box.folder("Archive"))
    box.room.delete(trashed)
    box.room.delete(removed, forever=True)
    assert box.places(moved) == ["Archive"]
    assert box.places(trashed) == ["Trash"]
    assert box.message(4) is None
    assert box.room.get("place", place).ref is None
    box.sync()
    assert sorted(box.dir.files()) == ["Number 2", "Number 5", "Number 6"]
    assert sorted(box.dir.files(".Archive")) == ["Number 1", "Number 2"]
    assert sorted(box.dir.files(".Trash")) == ["Number 3"]
    assert all(row.ref for row in box.room.find("place"))
    # Moved twice before anybody looked, and back; out of the trash it goes for good.
    box.room.move(moved, box.folder("Trash"))
    box.room.move(moved, box.folder("INBOX"))
    box.room.remove("message", trashed)
    box.sync()
    assert sorted(box.dir.files()) == ["Number 1", "Number 2", "Number 5", "Number 6"]
    assert sorted(box.dir.files(".Archive")) == ["Number 2"]
    assert box.dir.files(".Trash") == {}
    assert box.message(1).id == moved.id
    assert box.wishes(state="open") == []


def test_drafts_and_sent_copies(box):
    def draft(text, replaces=None):
        return box.room.draft(box.id, subject=text, text=text, bcc="secret@example.com", replaces=replaces)

    first = draft("one")
    assert box.room.get("message", first).draft == 1
    box.sync()
    assert box.dir.files(".Drafts") == {"one": "DS"}
    second = draft("two", first)
    third = draft("three", second)
    box.sync()
    assert box.dir.files(".Drafts") == {"three": "DS"}
    assert [row.address for row in box.room.get("message", third).bcc] == ["secret@example.com"]
    sent = box.room.draft(box.id, role="sent", raw=RAW)
    box.sync()
    assert box.dir.files(".Sent") == {"Sent": "S"}
    assert box.room.get("message", sent).seen == 1
    box.room.delete(third, forever=True)
    box.sync()
    assert box.dir.files(".Drafts") == {}
    assert box.wishes(state="open") == [] and box.wishes(state="lost") == []


def test_the_servers_state_wins(box):
    flagged, moved = box.message(1), box.message(2)
    box.room.mark(flagged, flagged=True)
    box.room.move(moved, box.folder("Archive"))
    os.rename(box.dir.path / "cur/1.a.host:2,", box.dir.path / ".Sent/cur/1.a.host:2,S")
    os.unlink(box.dir.path / "cur/2.a.host:2,")
    box.sync()
    box.sync()
    assert box.wishes() == [("flags", "lost"), ("move", "lost")]
    assert box.places(flagged) == ["Sent"] and box.message(1).flags == [r"\Seen"]
    assert box.message(2) is None
    told = {row.id for row in box.room.changes() if row.kind == "message" and row.detail == "conflict"}
    assert told == {flagged.id, moved.id}


def test_read_only(tmp_path):
    box = Box(tmp_path, direction="read_only")
    box.dir.deliver(1)
    box.sync()
    one = box.message(1)
    for attempt in (
        lambda: box.room.mark(one, seen=True), lambda: box.room.delete(one),
        lambda: box.room.remove("message", one), lambda: box.room.draft(box.id, text="x"),
        lambda: box.room.copy(one, box.folder("Archive")),
    ):
        with pytest.raises(mailroom.RefusedError, match="read_only"):
            attempt()
    box.sync()
    assert box.dir.files() == {"Number 1": ""}
    assert box.wishes() == []
    assert box.room.status(box.id).direction == "read_only"
    # What was wished before it became so is lost, and nothing is changed.
    box.room.reconnect(box.id, direction="two_way")
    box.room.mark(one, seen=True)
    box.room.reconnect(box.id, direction="read_only")
    box.sync()
    assert box.dir.files() == {"Number 1": ""}
    assert box.wishes() == [("flags", "lost")] and box.message(1).seen == 0
    box.room.close()


@pytest.mark.parametrize("values, field", [
    ({"seen": 2}, "seen"), ({"add": [r"\Deleted"]}, "add[0]"), ({"add": ["two words"]}, "add[0]"),
    ({"remove": ["a)b"]}, "remove[0]"), ({"delete": "now"}, "delete"), ({"delete": "trash", "folder": 1}, "delete"),
    ({"seen": 1, "remove": [r"\SEEN"]}, "remove"), ({"nonsense": 1}, "nonsense"), ({"folder": "INBOX"}, "folder"),
])
def test_what_is_wrong_changes_nothing(box, values, field):
    with pytest.raises(mailroom.InvalidError) as caught:
        box.room.update("message", box.message(1), **values)
    assert caught.value.fields["field"] == field
    assert box.wishes() == []


def test_what_is_not_there(box):
    for attempt in (
        lambda: box.room.mark(4711, seen=True), lambda: box.room.move(box.message(1), 4711),
        lambda: box.room.copy(4711, box.folder("Archive")), lambda: box.room.remove("place", 4711),
        lambda: box.room.draft(box.id, role="junk", text="x"), lambda: box.room.draft(4711, text="x"),
        lambda: box.room.draft(box.id, text="x", replaces=4711),
    ):
        with pytest.raises((mailroom.NotFoundError, mailroom.InvalidError)):
            attempt()
    assert box.wishes() == []


def test_a_worker_makes_it_true_at_once(box):
    code = """
    room = mailroom.open(given["store"], key_file=True, work="always")
    room.start()
    answer("up")
    sys.stdin.readline()
    room.stop()
    room.close()
    """
    with helper.start(code, {"store": str(box.store)}) as worker:
        helper.read_answer(worker)
        box.room.mark(box.message(1), seen=True)
        end = time.monotonic() + 20
        while box.dir.files()["Number 1"] != "S":
            assert time.monotonic() < end, "nobody carried the wish out"
            time.sleep(0.05)
        worker.communicate("\n", timeout=30)
        assert worker.returncode == 0


# ---- a process that dies ----

WISH = """
room = mailroom.open(given["store"], key_file=True)
if given["stop"]:
    assert hooks().mr_test_stop_at(room._engine, given["stop"][0].encode(), given["stop"][1]) == 0
message = lambda number: room.messages(message_id=f"m{number}@x.example").first()
folder = lambda path: room.find("folder", path=path).first()
if given["wish"]:
    room.mark(message(1), seen=True)
    room.move(message(2), folder("Archive"))
    room.copy(message(3), folder("Archive"))
    room.delete(message(4))
    room.delete(message(5), forever=True)
    room.draft(given["account"], subject="New", text="New")
    room.draft(given["account"], subject="Newer", text="Newer", replaces=room.messages(folder="Drafts").first().id)
for _ in range(3 if given["sync"] else 0):
    room.sync(given["account"])
lib, points, index = hooks(), {}, 0
while name := lib.mr_test_points(index):
    points[name.decode()] = lib.mr_test_reached(name)
    index += 1
answer(points)
room.close()
"""

POINTS = ["wish.begun", "wish.applied", "wish.finished", "commit.before", "commit.after"]


class Dying(Box):
    """A mailbox with a draft, of which something is wished in another process."""

    def __init__(self, path):
        path.mkdir()
        super().__init__(path)
        for number in range(1, 7):
            self.dir.deliver(number)
        self.dir.deliver(9, "DS", ".Drafts")
        self.sync()
        self.room.close()

    def run(self, wish, sync, stop=None):
        given = {"store": str(self.store), "account": self.id, "wish": wish, "sync": sync, "stop": stop}
        return helper.run(WISH, given, "dist-test")

    def outcome(self):
        with mailroom.open(self.store, key_file=True) as room:
            self.room = room
            shown = sorted((row.subject, self.places(row), sorted(row.flags)) for row in room.messages())
            counts = sorted((row.path, row.messages, row.unseen) for row in room.find("folder"))
            refs = all(row.ref for row in room.find("place"))
            return self.dir.everything(), shown, counts, sorted(self.wishes()), refs


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    box = Dying(tmp_path_factory.mktemp("whole") / "box")
    assert box.run(True, False)[0] == 0
    status, reached = box.run(False, True)
    assert status == 0
    outcome = box.outcome()
    assert outcome[4] and ("append", "done") in outcome[3]
    assert {state for _, state in outcome[3]} == {"done"}
    return outcome, reached


@pytest.mark.limit(600)
@pytest.mark.parametrize("point", POINTS)
def test_killed_and_resumed(uninterrupted, tmp_path, point):
    expected, reached = uninterrupted
    assert reached[point] >= 3, f"{point} is hardly reached"
    for nth in range(1, min(reached[point], 10) + 1):
        box = Dying(tmp_path / str(nth))
        assert box.run(True, False)[0] == 0
        status, _ = box.run(False, True, [point, nth])
        assert status == -signal.SIGKILL, f"{point} {nth}: exit status {status}"
        assert box.run(False, True)[0] == 0
        assert box.outcome() == expected, f"killed at {point}, time {nth}"


def test_a_wish_that_was_stored_is_not_lost(tmp_path):
    """The process dies before the call that wished it has returned."""
    for nth in range(1, 8):
        box = Dying(tmp_path / str(nth))
        assert box.run(True, False, ["wish.stored", nth])[0] == -signal.SIGKILL
        with mailroom.open(box.store, key_file=True) as room:
            box.room = room
            assert len(box.wishes(state="open")) == nth
            box.sync()
            assert len(box.wishes(state="open")) == 0
