"""SIGKILL at every named point that the sync of a scenario reaches, each time; resumed, the store and the server are
those of an uninterrupted run, and run again it does nothing."""

import itertools
import signal

import pytest

from EndToEnd import helper
from Sync.mailbox import Mailbox, same
from Sync.scenarios import SCENARIOS

SETTLE = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
stop = given.get("stop")
if stop:
    assert hooks().mr_test_stop_at(room._engine, stop[0].encode(), stop[1]) == 0
for _ in range(8):
    result = room.sync(given["account"])
    open_wishes = [row for row in room.find("wish", account=given["account"], state="open")]
    if not open_wishes and not any(result.get(name, 0) for name in ("messages", "flags", "gone")):
        break
again = room.sync(given["account"])
lib, points, index = hooks(), {}, 0
while name := lib.mr_test_points(index):
    points[name.decode()] = lib.mr_test_reached(name)
    index += 1
answer({"reached": points, "again": again})
room.close()
"""

_users = itertools.count(1)


def outcome(mailbox, other):
    """What there is in the end, in names that do not depend on the run."""
    same(mailbox, other)
    prefix, told, names = mailbox.server.prefix, {}, {}
    for row in mailbox.room.messages(account=mailbox.id):
        names[row["id"]] = row["message_id"]
    for row in mailbox.changes():
        if row["what"] in ("added", "removed"):
            told.setdefault(row["what"], []).append(row["id"])
    places = sorted(
        (path.removeprefix(prefix), name or "", sorted(flags))
        for path, messages in mailbox.everything().items() for name, flags in messages.values())
    wishes = sorted((row["kind"], row["state"]) for row in mailbox.room.find("wish", account=mailbox.id))
    counts = sorted(
        (row["path"].removeprefix(prefix), row["messages"], row["unseen"])
        for row in mailbox.room.find("folder", account=mailbox.id))
    assert len(told.get("added", [])) == len(set(told.get("added", []))), "announced twice"
    return {
        "places": places, "wishes": wishes, "counts": counts, "messages": sorted(names.values()),
        "added": len(told.get("added", [])), "removed": len(told.get("removed", []))}


class Run:
    """One scenario on a new user; `settle(stop)` syncs in a process of its own."""

    def __init__(self, server, scenario, folder):
        self.server, self.scenario = server, scenario
        self.user = f"abort{next(_users)}"
        self.store = folder / f"{self.user}.db"

    def __enter__(self):
        self.other = self.server.client(self.user)
        self.scenario.prepare(self.other)
        with Mailbox(self.server, self.user, self.store) as mailbox:
            mailbox.settle()
            self.scenario.change(self.other)
            self.scenario.wish(mailbox)
            self.account = mailbox.id
        return self

    def __exit__(self, *_):
        self.other.close()

    def settle(self, stop=None):
        return helper.run(
            SETTLE, {"store": str(self.store), "ca": self.server.ca, "account": self.account, "stop": stop},
            "dist-test", timeout=90)

    def outcome(self):
        with Mailbox(self.server, self.user, self.store, connect=False) as mailbox:
            mailbox.id = self.account
            return outcome(mailbox, self.other)


def chosen(server, times):
    """Every time, or where there are many, the first, the last and some between; the servers after the first show that
    the points are no one server's affair: once each."""
    if server.name not in ("dovecot", "gmail", "graph"):
        return range(1, min(times, 1) + 1)
    if times <= 6:
        return range(1, times + 1)
    return sorted({1, 2, 3, times // 2, times - 1, times})


@pytest.mark.limit(900)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=repr)
def test_aborted_and_resumed(server, scenario, tmp_path):
    with Run(server, scenario, tmp_path) as whole:
        status, answer = whole.settle()
        assert status == 0
        assert not any(answer["again"].get(name, 0) for name in ("messages", "flags", "gone", "bytes"))
        expected = whole.outcome()
    tried = 0
    for point, times in answer["reached"].items():
        for nth in chosen(server, times):
            with Run(server, scenario, tmp_path) as run:
                status, _ = run.settle([point, nth])
                if status == 0:
                    assert nth > 1, f"{point} was not reached"
                    continue
                assert status == -signal.SIGKILL, f"{point} {nth}: exit status {status}"
                status, resumed = run.settle()
                assert status == 0, f"resumed after {point} {nth}: exit status {status}"
                assert run.outcome() == expected, f"killed at {point}, time {nth}"
                assert not any(resumed["again"].get(name, 0) for name in ("messages", "flags", "gone", "bytes"))
                tried += 1
    # At Gmail a renamed label is no other one, and no folder is synced for it.
    assert tried >= (3 if server.name == "gmail" else 5), "hardly any point was reached"
