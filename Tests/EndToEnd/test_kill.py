"""SIGKILL at every named point that a first sync reaches, each time that it reaches it; resumed, the store is the same
as that of an uninterrupted run."""

import json
import signal

import pytest

from EndToEnd import helper

SYNC = """
from EndToEnd.dump import dump
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
stop = given.get("stop")
if stop:
    assert hooks().mr_test_stop_at(room._engine, stop[0].encode(), stop[1]) == 0
accounts = list(room.accounts())
if accounts:
    account = accounts[0]["id"]
    for job in list(room.find("job")):
        if job["state"] in ("queued", "running"):
            room.job(job["id"]).wait(30)
else:
    account = room.connect(**given["settings"])["id"]
room.sync(account)
again = room.sync(account)
lib, points, index = hooks(), {}, 0
while name := lib.mr_test_points(index):
    points[name.decode()] = lib.mr_test_reached(name)
    index += 1
answer({"reached": points, "dump": dump(room), "again": again})
room.close()
"""

POINTS = [
    "account.stored", "folders.stored", "body.staged", "commit.before", "commit.after", "job.claimed",
    "job.before_finish"]


@pytest.fixture(scope="module")
def mailbox(site):
    site.fill("killed", 620)
    from Servers import seed

    with seed.Appender(site.dovecot.imap, "killed") as appender:
        appender.create("Projects/2024")
        appender.append(((seed.message(number), number) for number in range(610, 650)), "Projects/2024")
        appender.append([(seed.large_message(2), 700)], "Projects/2024")
    return "killed"


@pytest.fixture(scope="module")
def uninterrupted(site, mailbox, tmp_path_factory):
    store = tmp_path_factory.mktemp("whole") / "crm.db"
    result = helper.ended_well(SYNC, given(site, store), "dist-test", timeout=120)
    assert result["again"].get("messages", 0) == 0, "a second sync finds nothing new"
    return result


def given(site, store, **more):
    return {
        "store": str(store), "ca": site.ca, **more,
        "settings": {
            "address": "killed@test.example", "password": "pass", "imap_host": "127.0.0.1",
            "imap_port": str(site.dovecot.imap), "imap_tls": "starttls"}}


def test_the_points_are_reached(uninterrupted):
    for point in POINTS:
        assert uninterrupted["reached"][point] >= 1, f"{point} is not reached by a first sync"
    assert uninterrupted["reached"]["commit.before"] >= 3
    assert len(uninterrupted["dump"]["messages"]) == 651


@pytest.mark.limit(600)
@pytest.mark.parametrize("point", POINTS)
def test_killed_and_resumed(site, mailbox, uninterrupted, tmp_path, point):
    times = uninterrupted["reached"][point]
    # Every commit; of points that are reached far more often, the first ones, the last ones and some between.
    chosen = list(range(1, times + 1))
    if times > 12:
        step = times // 8
        chosen = sorted({1, 2, 3, times - 1, times, *range(4, times, step)})
    for nth in chosen:
        store = tmp_path / f"{nth}.db"
        status, _ = helper.run(SYNC, given(site, store, stop=[point, nth]), "dist-test", timeout=60)
        if status == 0:
            # The second sync of the whole run may have reached it more often than this one.
            assert nth > 1, f"{point} was not reached at all"
            continue
        assert status == -signal.SIGKILL, f"{point} {nth}: exit status {status}"
        resumed = helper.ended_well(SYNC, given(site, store), "dist-test", timeout=90)
        assert compare(uninterrupted["dump"], resumed["dump"]) == [], f"killed at {point}, time {nth}"


def compare(expected, found):
    """The differences, few and short enough to read."""
    differences = []
    for name in expected:
        if expected[name] == found[name]:
            continue
        if isinstance(expected[name], dict):
            keys = set(expected[name]) ^ set(found[name]) or {
                key for key in expected[name] if expected[name][key] != found[name][key]}
            key = sorted(keys)[0]
            differences.append((name, len(keys), key, expected[name].get(key), found[name].get(key)))
        else:
            differences.append(
                (name, [x for x in expected[name] if x not in found[name]][:2],
                 [x for x in found[name] if x not in expected[name]][:2], len(expected[name]), len(found[name])))
    return json.loads(json.dumps(differences, default=repr))
