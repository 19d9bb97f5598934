"""Limits of sending, held exactly over days that pass in seconds, across restarts; and queues that do not wait for each other."""

import contextlib
import signal
import sqlite3
import time

import mailroom
import pytest

from EndToEnd import helper
from Send.ends import SmtpEnd
from Servers.faulty import FaultySmtp

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

# Sends until nothing is left, or `jumps` are over: where the limits hold everything back, the clock jumps to the moment
# that the rows name.
CLOCK = """
lib = hooks()
shift = given["shift"]
lib.mr_test_set_clock(shift)
room = mailroom.open(given["store"], key_file=True, work="always")
if given.get("stop"):
    assert lib.mr_test_stop_at(room._engine, given["stop"][0].encode(), given["stop"][1]) == 0
room.start()
jumps, until = 0, time.monotonic() + 50
while time.monotonic() < until:
    waiting = list(room.find("send", {"state.in": ["queued", "sending", "retry_wait"], "limit": 1}))
    if not waiting:
        break
    paced = max([row.get("paced_until") or 0 for row in room.find("send", state="queued", limit=1)], default=0)
    now = time.time() * 1000 + shift
    if paced - now > 2000 and not list(room.find("send", state="sending", limit=1)):
        shift += int(paced - now)
        if jumps == given["jumps"]:
            break
        jumps += 1
        lib.mr_test_set_clock(shift)
        # Whatever is committed wakes the worker.
        room.put("company", key=f"jump {shift}")
    time.sleep(0.02)
answer({"shift": shift, "left": len(list(room.find("send", {"state.in": ["queued", "sending", "retry_wait"]})))})
room.stop()
room.close()
"""


def connect(room, end, user="ann"):
    return room.connect(**end.settings(user))["id"]


def most_within(times, window):
    """The most of them that lie in any window of that length: one that is a whole window old counts no more."""
    first = most = 0
    for index, at in enumerate(times):
        while at - times[first] >= window:
            first += 1
        most = max(most, index - first + 1)
    return most


def offered(store):
    """When each message was offered, by the clock of the engine: what limits count, not when its answer was stored."""
    with contextlib.closing(sqlite3.connect(store)) as db:
        return [at for at, in db.execute("SELECT offered_at FROM attempt WHERE outcome = 'accepted' ORDER BY offered_at")]


def pass_time(store, end, jumps, stop=None):
    """Lets time pass in processes of their own, one after the other, until nothing is left."""
    if end.name != "smtp":
        # A mailbox that is synced as well has its lease, which a jump of the clock takes away: a process for each.
        jumps = 0
    shift, runs, killed = 0, 0, 0
    while True:
        given = {"store": str(store), "shift": shift, "jumps": jumps}
        if stop and runs == 1:
            given["stop"] = stop
        status, answer = helper.run(CLOCK, given, "dist-test", timeout=100)
        runs += 1
        assert runs < 60, "it never ends"
        if status == -signal.SIGKILL:
            killed += 1
            continue
        assert status == 0, f"exit status {status}"
        shift = answer["shift"]
        if answer["left"] == 0:
            return shift, runs, killed


@pytest.mark.limit(400)
def test_300_a_day_and_75_an_hour(store, end):
    """Over two simulated days, across restarts and one SIGKILL: never more than that in any hour or day, and never less
    than there is room for."""
    with mailroom.open(store, key_file=True) as room:
        account = connect(room, end)
        room.put("pacing", account=account, messages_hour=75, messages_day=300)
        for number in range(310):
            room.send(account, to=f"to{number}@b.example", subject=str(number), text="Hello")
    # A process that the hour's limit ends is killed in the next hour's messages.
    shift, runs, killed = pass_time(store, end, jumps=2, stop=["send.after_result", 40])
    assert killed == 1 and runs >= 3
    assert len(end.taken) == 310 and set(end.taken.values()) == {1}
    times = offered(store)
    assert len(times) == 310
    assert most_within(times, HOUR) == 75
    assert most_within(times, DAY) == 300
    # 75 in each of the first four hours, the rest when the first have left the day.
    for nth, hours in ((0, 0), (74, 0), (75, 1), (150, 2), (299, 3), (300, 24), (309, 24)):
        late = times[nth] - times[0] - hours * HOUR
        assert -1 <= late < 5 * MINUTE, f"message {nth} went {late} ms after its hour"
    assert shift > DAY - 5 * MINUTE


def test_recipients_count_each(store, end):
    with mailroom.open(store, key_file=True) as room:
        account = connect(room, end)
        room.put("pacing", account=account, recipients_hour=10)
        for number in range(4):
            room.send(account, to=[f"{number}-{who}@b.example" for who in range(4)], subject=str(number), text="Hello")
    pass_time(store, end, jumps=9)
    times = offered(store)
    assert len(times) == len(end.messages) == 4
    # Two messages of four have room; the third would be the twelfth recipient.
    assert times[1] - times[0] < 10_000 and 0 <= times[2] - times[0] - HOUR < MINUTE
    assert most_within(times, HOUR) == 2


def test_a_refusal_is_remembered(store, end):
    """The server takes 6 in an hour and says so: after the pause that it asked for, no more than 6 are offered in an hour."""
    with mailroom.open(store, key_file=True) as room:
        account = connect(room, end)
        for number in range(20):
            room.send(account, to=f"to{number}@b.example", subject=str(number), text="Hello")
    end.becomes(lambda number: "hour" if number == 6 else None)
    with helper.start(CLOCK, {"store": str(store), "shift": 0, "jumps": 0}, "dist-test") as process:
        with mailroom.open(store, key_file=True, work="never") as room:
            limits = wait_for(lambda: [
                limit for limit in room.status(account)["sending"]["limits"] if limit["source"] == "learned"], 20)
        process.kill()
    assert [(limit["what"], limit["window"], limit["limit"]) for limit in limits] == [("messages", "hour", 6)]
    assert end.given == 1
    pass_time(store, end, jumps=9)
    assert len(end.messages) == 20 and end.given == 1
    assert most_within(offered(store), HOUR) == 6
    # Whoever sets a limit knows better.
    with mailroom.open(store, key_file=True) as room:
        room.put("pacing", account=account, messages_day=1000)
        sources = {limit["source"] for limit in room.status(account)["sending"]["limits"]}
        assert "set" in sources and "learned" not in sources


def test_rows(store, end):
    with mailroom.open(store, key_file=True) as room:
        account = connect(room, end)
        pacing = room.put("pacing", account=account, messages_hour=2, recipients_message=50, max_size=1_000_000)
        assert room.get("pacing", pacing)["messages_hour"] == 2
        sends = [room.send(account, to=f"{n}@b.example", subject="x", text="x") for n in range(5)]
        for send in sends[:2]:
            assert room.send_wait(send, 20)["state"] == "sent"
        held = room.send_wait(sends[2], 2)
        assert held["state"] == "queued" and HOUR - MINUTE < held["paced_until"] - time.time() * 1000 <= HOUR
        [row] = room.find("send", state="queued", limit=1, fields=["id", "paced_until"])
        assert row == {"id": sends[2], "paced_until": held["paced_until"]}
        sending = room.status(account)["sending"]
        assert (sending["queued"], sending["retry_wait"], sending["failed"]) == (3, 0, 0)
        assert {(limit["what"], limit.get("window"), limit["limit"], limit.get("used")) for limit in sending["limits"]} == {
            ("messages", "hour", 2, 2), ("recipients_message", None, 50, None), ("size", None, 1_000_000, None)}
        # Three more at two an hour: the last goes with the second hour.
        assert 2 * HOUR - MINUTE < sending["last_at"] - time.time() * 1000 <= 2 * HOUR + MINUTE
        # Another limit holds from the next message on.
        room.update("pacing", pacing, messages_hour=3)
        assert room.send_wait(sends[2], 20)["state"] == "sent"
        room.update("pacing", pacing, messages_hour=-1)
        assert "messages_hour" not in room.get("pacing", pacing)
        for send in sends[3:]:
            assert room.send_wait(send, 20)["state"] == "sent"
        room.remove("pacing", pacing)
        with pytest.raises(mailroom.MailroomError) as wrong:
            room.get("pacing", pacing)
        for values, words in [
            ({}, "account"), ({"account": account, "host": "x"}, "beside"), ({"account": account, "messages_day": -2}, "-2"),
            ({"host": "mx", "max_size": 5}, "max_size"), ({"host": "a b"}, "host"), ({"account": 999}, "999"),
        ]:
            with pytest.raises(mailroom.MailroomError) as wrong:
                room.put("pacing", **values)
            assert words in str(wrong.value), values


def test_all_accounts_of_a_server_together(store, end):
    with mailroom.open(store, key_file=True, work="always") as room:
        room.put("pacing", host="127.0.0.1", messages_hour=5)
        accounts = [connect(room, end, f"user{number}") for number in range(4)]
        for number in range(4):
            for account in accounts:
                room.send(account, to=f"{account}-{number}@b.example", subject="x", text="x")
        room.start()
        wait_for(lambda: len(end.messages) >= 5, 20)
        time.sleep(1)
        assert len(end.messages) == 5
        assert all(row["paced_until"] for row in room.find("send", state="queued"))
        room.stop()


class Turncoat(FaultySmtp):
    """Serves well until `hangs` is set: then it takes connections and says nothing."""

    hangs = False

    def talk(self, connection):
        return self.hang() if self.hangs else super().talk(connection)


@pytest.mark.limit(200)
@pytest.mark.parametrize("stuck, host", [(1, "127.0.0.1"), (30, "localhost")])
def test_a_server_that_hangs_slows_nobody(store, stuck, host):
    """Nine accounts are served whole while one more (of the same server, as far as its name goes), or thirty of another, still
    wait for the first word: no attempt of those has ended when the last message of the nine is taken."""
    with SmtpEnd() as healthy, Turncoat() as hanging:
        patience = {"io_timeout_ms": 120_000, "connect_timeout_ms": 120_000}
        with mailroom.open(store, key_file=True, work="always", **patience) as room:
            held = [
                room.connect(
                    address=f"stuck{number}@test.example", password="pass", smtp_host=host,
                    smtp_port=str(hanging.port), smtp_tls="none")["id"] for number in range(stuck)]
            accounts = [connect(room, healthy, f"user{number}") for number in range(9)]
            hanging.hangs = True
            for account in held:
                room.send(account, to="never@b.example", subject="x", text="x")
            room.start()
            wait_for(lambda: hanging.reached >= min(stuck, 8), 30)
            for number in range(30):
                for account in accounts:
                    room.send(account, to=f"{account}-{number}@b.example", subject="x", text="x")
            wait_for(lambda: len(healthy.messages) >= 9 * 30, 60)
            assert not [row for row in room.find("attempt") if row["outcome"] != "accepted" and row["ended_at"]]
            assert len(list(room.find("send", {"state.in": ["queued", "sending"]}))) == stuck
            hanging.stop()
            room.stop()
        # Nobody's messages went before everybody else's: the accounts took turns.
        last = {to[0].partition("-")[0]: at for at, (_, to, _) in enumerate(healthy.messages)}
        first = {}
        for at, (_, to, _) in enumerate(healthy.messages):
            first.setdefault(to[0].partition("-")[0], at)
        assert len(last) == 9 and max(first.values()) < min(last.values())


def wait_for(condition, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")
