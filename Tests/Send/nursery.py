"""Processes that are there to be killed: one that has loaded the library of dist-test forks a child for each life, which
opens the store, does what it is told, and says what is done as soon as it is."""

import json
import os
import signal

from EndToEnd import helper

_NURSERY = """
import signal

def now():
    return int(time.time() * 1000) + plan["shift"]

def say(**what):
    os.write(1, (json.dumps(what) + "\\n").encode())

def due(room):
    for row in room.find("send", {"state.in": ["queued", "sending", "retry_wait"]}):
        if row.get("held_reason") or row.get("paced_until", 0) > now() or row.get("send_at", 0) > now():
            continue
        if row["state"] == "retry_wait" and row.get("next_attempt", 0) > now():
            continue
        yield row

def do(room, operation):
    what, *given = operation
    try:
        if what == "connect":
            say(account=room.connect(**given[0])["id"])
        elif what == "send":
            key, account, message = given
            say(key=key, id=room.send(account, idempotency_key=key, **message))
        elif what == "cancel":
            room.cancel(given[0])
            say(cancelled=given[0])
        elif what == "resend":
            room.resend(given[0], to=given[1], accept_duplicate=given[2])
            say(resent=given[0])
        elif what == "sync":
            room.sync(given[0])
        elif what == "copied":
            end = time.monotonic() + given[0]
            while any(row.get("sent_copy") in ("wanted", "wished") for row in room.find("send")):
                if time.monotonic() > end:
                    raise AssertionError(f"copies are still wanted: {[row for row in room.find('send') if row.get('sent_copy') in ('wanted', 'wished')]}, {list(room.find('wish', {'state': 'open'}))}, {list(room.find('account'))}, {list(room.find('log'))}")
                time.sleep(0.05)
        elif what == "look":
            for row in room.find("send"):
                say(row={**row, "recipients": {r["address"]: r["state"] for r in room.recipients(row["id"])}})
    except mailroom.BusyError as error:
        say(busy=operation[1])
    except mailroom.MailroomError as error:
        if what not in ("cancel", "resend"):
            raise
        say(refused=[what, given[0], str(error)])

def live():
    hooks().mr_test_set_clock(plan["shift"])
    room = mailroom.open(plan["store"], key_file=True, work=plan["work"], **plan.get("options", {}))
    if plan.get("stop"):
        assert hooks().mr_test_stop_at(room._engine, plan["stop"][0].encode(), plan["stop"][1]) == 0
    for operation in plan["before"]:
        do(room, operation)
    if plan["work"] == "always":
        room.start()
    for operation in plan["operations"]:
        do(room, operation)
    end = time.monotonic() + plan["seconds"]
    while (rows := list(due(room))) and time.monotonic() < end:
        if plan["work"] == "always":
            time.sleep(0.01)
            continue
        for row in rows:
            if row["state"] != "retry_wait":
                room.send_wait(row["id"], max(0.0, end - time.monotonic()))
        if all(row["state"] == "retry_wait" for row in rows):
            break
    for operation in plan["after"]:
        do(room, operation)
    say(left=sum(1 for _ in due(room)))
    room.close()

for line in sys.stdin:
    plan = json.loads(line)
    child = os.fork()
    if child == 0:
        try:
            live()
            os._exit(0)
        except BaseException as error:
            import traceback
            say(broken=traceback.format_exc())
            os._exit(1)
    say(pid=child)
    while True:
        done, status = os.waitpid(child, 0)
        if done == child:
            break
    say(status=os.waitstatus_to_exitcode(status))
"""

_POINTS = """
lib, points, index = hooks(), [], 0
while name := lib.mr_test_points(index):
    points.append(name.decode())
    index += 1
answer(points)
"""


def points(*starts):
    """The names of the stop points that begin with one of these words."""
    return [name for name in helper.ended_well(_POINTS, {}, "dist-test") if name.startswith(starts)]


class Nursery:
    """`live(plan)` runs one life and gives all that it said. plan: store, shift (of the clocks, ms), work, stop (a point and
    its number), before, operations and after (lists of operations), seconds (how long it may work)."""

    def __init__(self):
        self.process = helper.start(_NURSERY, {}, "dist-test")
        self._handle = None
        self._living = False

    def begin(self, **plan):
        defaults = {"shift": 0, "work": "always", "before": [], "operations": [], "after": [], "seconds": 5}
        self.process.stdin.write(json.dumps({**defaults, **plan}) + "\n")
        self.process.stdin.flush()
        # The child may say something before its parent says who it is.
        self._said, self._living, self._handle = [], False, None
        while not self._living:
            self._listen()

    def kill(self):
        """SIGKILL to the child, if it lives. May be called from any thread while `begin` or `end` does not return."""
        handle = self._handle
        if handle is not None:
            try:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def end(self):
        """What the child said, and its exit status."""
        while self._living:
            self._listen()
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
        return self._said, self._status

    def live(self, **plan):
        self.begin(**plan)
        return self.end()

    def _listen(self):
        said = helper.read_answer(self.process)
        if "pid" in said:
            self._living = True
            try:
                self._handle = os.pidfd_open(said["pid"])
            except ProcessLookupError:
                pass
        elif "status" in said:
            self._living, self._status = False, said["status"]
        else:
            self._said.append(said)

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.close()
