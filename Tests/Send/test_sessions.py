"""A long queue without limits goes by several sessions at once: each message once, also where the process dies among them;
with limits, or a server that wants none beside the first, by one."""

import collections
import os
import random
import signal
import threading

import mailroom
import pytest

from EndToEnd import helper
from Send import clock
from Servers.scripted import ScriptedSmtp

SEED = int(os.environ.get("MAILROOM_SEED", "20261121"))

LIFE = """
room = mailroom.open(given["store"], key_file=True, work="always")
accounts = list(room.accounts())
if not accounts:
    account = room.connect(**given["settings"])["id"]
    if given.get("pacing"):
        room.put("pacing", account=account, **given["pacing"])
    for number in range(given["messages"]):
        room.send(account, to=f"n{number}@b.example", subject=f"Number {number}", text="Hello")
else:
    account = accounts[0]["id"]
room.start()
end = time.time() + 60
while time.time() < end and (
        room.status(account)["sending"]["queued"] or list(room.find("send", state="sending", limit=1))):
    time.sleep(0.02)
states = {row["to"][0]: row["state"] for row in room.find("send")}
answer({"states": states, "account": dict(room.status(account)), "log": [row["message"] for row in room.find("log")]})
room.close()
"""


class Counting(ScriptedSmtp):
    """Knows by how many connections messages came, and how many were at it at the same time; kills somebody at the nth message."""

    def __init__(self, refuse_from=None):
        self.used, self.at_once, self.busy = set(), 0, set()
        self.trap = None
        self.lock = threading.Lock()
        super().__init__(
            lambda stage, talk: "421 4.7.0 Too many simultaneous connections"
            if stage == "connect" and refuse_from and talk.number >= refuse_from else None, watch=self.look)

    def settings(self):
        return {
            "address": "bulk@test.example", "password": "pass", "smtp_host": "127.0.0.1", "smtp_port": str(self.port),
            "smtp_tls": "none"}

    def look(self, stage, talk):
        with self.lock:
            if stage == "mail":
                self.busy.add(talk.number)
                self.at_once = max(self.at_once, len(self.busy))
            elif stage == "taken":
                self.used.add(talk.number)
                if self.trap:
                    self.trap[0] -= 1
                    if self.trap[0] == 0:
                        self.trap[1]()
            elif stage == "answered":
                self.busy.discard(talk.number)


def test_by_several_sessions(store):
    with Counting() as server:
        said = helper.ended_well(LIFE, {"store": str(store), "settings": server.settings(), "messages": 200}, "dist-test", timeout=90)
        assert set(said["states"].values()) == {"sent"} and len(said["states"]) == 200
        assert server.taken == collections.Counter({f"n{number}@b.example": 1 for number in range(200)})
        assert 2 <= server.at_once <= 4 and 2 <= len(server.used) <= 4


@pytest.mark.parametrize("messages, more", [(200, {"pacing": {"messages_day": 1000}}), (30, {})], ids=["limits", "short"])
def test_by_one(store, messages, more):
    with Counting() as server:
        said = helper.ended_well(
            LIFE, {"store": str(store), "settings": server.settings(), "messages": messages, **more}, "dist-test", timeout=90)
        assert set(said["states"].values()) == {"sent"} and len(said["states"]) == messages
        assert server.at_once == 1


def test_a_server_that_wants_one_gets_one(store):
    with Counting(refuse_from=3) as server:  # the first is that of the login at connecting
        said = helper.ended_well(LIFE, {"store": str(store), "settings": server.settings(), "messages": 200}, "dist-test", timeout=90)
        assert set(said["states"].values()) == {"sent"}
        assert len(server.used) == 1 and server.accepted == 3, "it is not asked again and again"
        assert said["account"]["state"] == "enabled" and said["account"]["send_health"] == "ok"


def lived_through(given, aim):
    """Life after life, each aimed at until one ends by itself: the states that it tells, and how many were killed."""
    kills = 0
    while True:
        process = helper.start(LIFE, given, "dist-test")
        aim(process)
        with process:
            said, _ = process.communicate(timeout=90)
        if process.returncode == 0:
            return helper.json.loads(said.splitlines()[-1])["states"], kills
        assert process.returncode == -signal.SIGKILL
        kills += 1


def test_killed_among_several_sessions(store):
    order = random.Random(SEED)
    with Counting() as server:
        given = {"store": str(store), "settings": server.settings(), "messages": 300}

        def aim(process):
            with server.lock:
                server.trap = [order.randint(1, 50), process.kill]
                server.busy.clear()

        states, kills = lived_through(given, aim)
        assert kills >= 5 and len(states) == 300
        assert max(server.taken.values()) == 1, "taken twice"
        for address, state in states.items():
            assert state in ("sent", "outcome_unknown")
            assert state != "sent" or server.taken[address] == 1, "said to be sent, and never taken"
        unknown = sum(state == "outcome_unknown" for state in states.values())
        print(f"seed {SEED}: {kills} kills, {unknown} unknown")
        assert unknown <= kills * 4
        assert server.at_once >= 2


def test_a_service_gets_each_once(store, service):
    """By several sessions, and killed among them: it is asked what became of those that were under way, so nothing is unknown for long."""
    order = random.Random(SEED)

    def aim(process):
        nth = order.randint(1, 40)
        service.becomes(lambda number: process.kill() if number == nth else None)

    states, kills = lived_through({"store": str(store), "settings": service.settings(), "messages": 120}, aim)
    unknown = [address for address, state in states.items() if state == "outcome_unknown"]
    print(f"seed {SEED}: {kills} kills, {len(unknown)} unknown")
    assert kills >= 2 and len(states) == 120 and set(states.values()) <= {"sent", "outcome_unknown"}
    assert set(service.taken.values()) == {1}, "taken twice"
    assert {address for address, state in states.items() if state == "sent"} <= set(service.taken)
    with mailroom.open(store, key_file=True) as room:
        account = room.accounts().first()["id"]
        for minutes in (3, 6):
            clock.forward(minutes * 60_000)
            room.sync(account)
        for row in list(room.find("send", {"state.in": ["queued", "retry_wait"]})):
            room.send_wait(row["id"], 20)
        assert {row["state"] for row in room.find("send")} == {"sent"}
    assert len(service.taken) == 120 and set(service.taken.values()) == {1}
