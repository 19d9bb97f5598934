"""Providers' limits through running engines: two processes with one store sync and send for several mailboxes of one client, far more
than the limits have room for, and the server, which counts as the providers say that they do, never has to refuse anything.

The clocks of the server and of both processes are one, and move only while nothing is asked: what one process counts is what the server
counts, however busy the machine. The numbers are smaller than the providers' (a setting each), the windows are theirs; a day of 200
accounts at the providers' own numbers is `BudgetDayTests`."""

import contextlib
import mmap
import struct
import threading
import time

import mailroom
import pytest

from EndToEnd import helper
from Servers import seed
from Servers.gmail import Gmail
from Servers.graph import Graph

WORKER = """
import mmap, struct, threading
lib = hooks()
with open(given["clock"], "r+b") as file:
    shared = mmap.mmap(file.fileno(), 0)

def follow():
    seen, looks = -1, 0
    while True:
        now, = struct.unpack_from("q", shared, 0)
        if now != seen:
            lib.mr_test_set_clock(now)
            seen = now
        looks += 1
        struct.pack_into("qqq", shared, 24 * (1 + given["number"]), now, looks, lib.mr_test_reached(b"request.taken"))
        time.sleep(0.002)

threading.Thread(target=follow, daemon=True).start()
room = mailroom.open(
    given["store"], key_file=True, work="always", lease_ms=3_600_000, io_timeout_ms=600_000, connect_timeout_ms=600_000)
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), over.set()), daemon=True).start()
room.start()
told = set()
while not over.wait(0.05):
    now = time.time() * 1000 + struct.unpack_from("q", shared, 0)[0]
    for row in room.accounts():
        if "waiting_for" in row:
            assert now - 5_000 < row["waiting_until"] < now + given["window"] + 5_000, row
            told.add(row["waiting_for"])
room.stop()
answer({"told": sorted(told), "commits": lib.mr_test_reached(b"commit.after"), "sent": lib.mr_test_reached(b"send.after_result")})
room.close()
"""


class OneClock:
    """Of the server (`now`, in seconds) and of so many processes."""

    #: Seconds after which a request that a process has let go does not come any more.
    LOST = 2

    def __init__(self, path, processes, step):
        path.write_bytes(bytes(128))
        self.path, self.processes, self.step, self.shift = path, processes, step, 0
        self.served, self.busy, self.come, self._lock = time.monotonic(), 0, 0, threading.Lock()
        self._looks, self._gone = [0] * processes, 0
        with open(path, "r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)

    def now(self):
        return time.time() + self.shift / 1000

    def begin(self):
        """Other processes are at work from here on, and count from nothing."""
        struct.pack_into(f"{3 * self.processes}q", self._shared, 24, *[-1] * (3 * self.processes))
        with self._lock:
            self.come = self._gone = 0

    @contextlib.contextmanager
    def serving(self, counts):
        with self._lock:
            self.busy += 1
            self.come += counts
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1
                self.served = time.monotonic()

    def go_on(self):
        """Everybody's clock moves by a step, once all have made the one before, nothing was asked for some time, and nothing is on
        its way that a process has counted and the server has not."""
        there = [struct.unpack_from("qqq", self._shared, 24 * (1 + number)) for number in range(self.processes)]
        quiet = time.monotonic() - self.served
        if self.busy or quiet < 0.015:
            self._looks = [looks for _, looks, _ in there]
        on_the_way = sum(taken for _, _, taken in there) - self.come - self._gone
        if on_the_way > 0 and quiet > self.LOST:
            self._gone += on_the_way
        if (self.busy or quiet < 0.015 or on_the_way > 0
                or any(at != self.shift or looks < last + 2 for (at, looks, _), last in zip(there, self._looks))):
            time.sleep(0.002)
            return
        self._looks = [looks for _, looks, _ in there]
        self.shift += self.step
        struct.pack_into("q", self._shared, 0, self.shift)


class Counting:
    """A server by the common clock, which stands while it serves."""

    def __init__(self, times):
        self.times = times
        super().__init__(clock=times.now)

    def answer(self, asked):
        with self.times.serving(counts=asked.path != "/token"):
            return super().answer(asked)


class CountingGmail(Counting, Gmail):
    pass


class CountingGraph(Counting, Graph):
    pass


@contextlib.contextmanager
def workers(store, times, window):
    """Two engines at the store, until the block ends; then what each has seen, in a list."""
    said = []
    times.begin()
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(helper.start(
                WORKER, {"store": str(store), "clock": str(times.path), "number": number, "window": window}, "dist-test"))
            for number in range(times.processes)]
        try:
            yield said
            for process in running:
                process.stdin.write("over\n")
                process.stdin.flush()
            said += [helper.read_answer(process) for process in running]
        finally:
            for process in running:
                process.kill()


def until(times, done, minutes):
    """Lets the time go on until it is done."""
    looked = 0
    while True:
        times.go_on()
        if time.monotonic() - looked > 0.1:
            looked = time.monotonic()
            if done():
                return
        assert times.shift < minutes * 60_000, "it does not end"


def work(store, server, times, accounts, settings, messages, window, minutes):
    """All mailboxes are synced for the first time, and send two messages each meanwhile."""
    with mailroom.open(store, key_file=True, work="wait") as room:
        ids = [room.connect(address=address, **settings)["id"] for address in accounts]
        for id in ids:
            for number in range(2):
                room.send(id, to=f"{id}-{number}@b.example", subject="Hello", text="Hello")

        def done():
            return all(row["messages"] >= messages for row in room.find("folder", role="inbox")) and not list(
                room.find("send", {"state.in": ["queued", "sending", "retry_wait", "outcome_unknown", "failed"], "limit": 1}))

        with workers(store, times, window) as said:
            until(times, done, minutes)
        assert not [row for row in room.find("log") if row.get("class") in ("throttling", "auth")]
        assert all(row["state"] == "enabled" for row in room.accounts())
        late = max(row["sent_at"] - row["created_at"] for row in room.find("send"))
    assert server.wrong == []
    print(f"{times.shift / 60_000:.1f} minutes; a send went {late / 1000:.1f} s late at most; {said}")
    return late, said


@pytest.mark.limit(300)
def test_gmail(store, tmp_path):
    """Units in a minute, of each mailbox and of the project, which both processes share."""
    times = OneClock(tmp_path / "clock", 2, 200)
    with CountingGmail(times) as gmail:
        gmail.quota.user, gmail.quota.project = 600, 4000
        accounts = [f"user{number}@test.example" for number in range(20)]
        for address in accounts:
            box = gmail.mailbox(address)
            for number in range(50):
                box.add(seed.message(number), {"INBOX"})
        settings = {
            "provider": "gmail", "gmail_api": gmail.url, "insecure_http": "1", "budget_user": "600", "budget_project": "4000",
            **gmail.service()}
        late, said = work(store, gmail, times, accounts, settings, 50, 60_000, 20)
        assert gmail.quota.refused == 0
        highest = gmail.quota.highest
        print(f"of 4000 units of the project {highest['']}, of 600 of a mailbox {max(highest[one] for one in accounts)}")
        assert 3000 < highest[""] <= 4000 and 450 < max(highest[one] for one in accounts) <= 600
        assert len(gmail.sent) == 40 and late < 120_000
        # A process has threads for sixteen mailboxes of one server.
        assert all(one["commits"] > 0 for one in said), "both worked"
        told = {words for one in said for words in one["told"]}
        assert any("600 units in 60 s for this mailbox" in words for words in told), told
        assert any("4000 units in 60 s for all mailboxes of this client id" in words for words in told), told


@pytest.mark.limit(200)
def test_handed_over(store, tmp_path):
    """A process takes over in the middle of a first sync, with no memory of what the one before has used: the minute is the same."""
    times = OneClock(tmp_path / "clock", 1, 200)
    with CountingGmail(times) as gmail, mailroom.open(store, key_file=True) as room:
        gmail.quota.user = 1500
        address = "ann@test.example"
        box = gmail.mailbox(address)
        for number in range(400):
            box.add(seed.message(number), {"INBOX"})
        room.connect(
            address=address, provider="gmail", gmail_api=gmail.url, insecure_http="1", budget_user="1500", budget_project="0",
            **gmail.service())
        for minutes in (1.0, 1.5, 2.0):
            with workers(store, times, 60_000):
                until(times, lambda: times.shift >= minutes * 60_000, 5)
        with workers(store, times, 60_000) as said:
            until(times, lambda: room.find("folder", role="inbox").first()["messages"] == 400, 10)
        assert gmail.quota.refused == 0 and 1200 < gmail.quota.highest[address] <= 1500
        print(f"{times.shift / 60_000:.1f} minutes; of 1500 units {gmail.quota.highest[address]}; {said}")
        assert gmail.wrong == []


@pytest.mark.limit(300)
def test_graph(store, tmp_path):
    """Requests in ten minutes of each mailbox, and four of them at a time."""
    times = OneClock(tmp_path / "clock", 2, 1000)
    with CountingGraph(times) as graph:
        graph.quota.requests = 400
        accounts = [f"user{number}@test.example" for number in range(6)]
        for address in accounts:
            box = graph.mailbox(address)
            for number in range(450):
                box.add(box.well_known("inbox"), seed.message(number), received=seed.FIRST_DATE + number * 60)
        settings = {**graph.settings(), "budget_mailbox": "400"}
        late, said = work(store, graph, times, accounts, settings, 450, 600_000, 60)
        assert graph.quota.refused == 0
        highest = max(graph.quota.highest.values())
        print(f"of 400 requests of a mailbox {highest}, {graph.most_at_once} at a time")
        assert 250 < highest <= 400 and graph.most_at_once <= 4
        assert len(graph.outgoing) == 12 and late < 600_000
        told = {words for one in said for words in one["told"]}
        assert any("400 requests in 600 s for this mailbox" in words for words in told), told
