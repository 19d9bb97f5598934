"""A queue of 50,000 messages: half of them queued one by one, half as one batch; listed, forecast, and sent to a sink that counts.

    python -m Soak.queue [--messages N] [--limit MIB]     (in Tests, as root: the sink is Postfix's smtp-sink)

Each step says what its first and its last thousand took: what waits must not make it slower. Two processes: one that only
queues and looks, one that sends; for each the most memory, and what it had after its first thousand."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

from EndToEnd import helper
from Servers import end_on_signals, free_port
from Servers.process import wait_for_port

_HEAD = """
def thousands(count, step):
    "What each thousand took, in milliseconds; step(n) does one or, where it returns a number, so many."
    times, begun, done = [], time.monotonic(), 0
    while done < count:
        done += step(done) or 1
        if done >= (len(times) + 1) * 1000:
            times.append((time.monotonic() - begun) * 1000)
            begun = time.monotonic()
    return times

def best(times, work):
    for _ in range(times):
        begun = time.monotonic()
        work()
        yield (time.monotonic() - begun) * 1000

report = {}
def tell(name, first, last):
    report[name] = (first, last)
"""

_QUEUE = _HEAD + """
room = mailroom.open(given["store"], key_file=True, work="never")
with mailroom.open(given["store"], key_file=True, work="wait") as other:
    account = other.connect(
        address="soak@test.example", smtp_host="127.0.0.1", smtp_port=str(given["port"]), smtp_tls="none")["id"]
half, text = given["messages"] // 2, "A line of text that takes some room.\\r\\n" * 50

room.send(account, to="first@b.example", subject="First", text=text)
tell("status", min(best(5, lambda: room.status(account))), 0)
tell("a page", min(best(5, lambda: list(room.find("send", limit=50)))), 0)
queued = thousands(half - 1, lambda n: room.send(account, to=f"to{n}@b.example", subject=f"Number {n}", text=text) and 1)
early = memory("VmRSS")
singly = memory("VmHWM")
tell("queued singly", queued[0], queued[-1])
began = time.monotonic()
batch = room.batch(
    account, [(f"b{n}@b.example", {"name": f"B {n}"}) for n in range(half)], subject="For {{name}}", text=text)
took = (time.monotonic() - began) * 1000
tell("queued in a batch, of it a thousand", took * 1000 / half, took * 1000 / half)

batched = memory("VmHWM")
tell("status", report["status"][0], min(best(5, lambda: room.status(account))))
assert room.status(account)["sending"]["queued"] == half * 2
tell("a page", report["a page"][0], min(best(5, lambda: list(room.find("send", limit=50)))))
rows = iter(room.find("send", state="queued"))
tell("listed", *(lambda t: (t[0], t[-1]))(thousands(half * 2, lambda n: next(rows) and 1)))
tell("batch", 0, min(best(5, lambda: room.get("batch", batch))))
pacing = room.put("pacing", account=account, messages_hour=3600)
tell("status with a forecast", 0, min(best(5, lambda: room.status(account))))
last = room.status(account)["sending"]["last_at"] - time.time() * 1000
room.remove("pacing", pacing)
answer({"times": report, "peak": memory("VmHWM"), "early": early, "hours": last / 3600000, "singly": singly, "batched": batched})
room.close()
"""

_SEND = _HEAD + """
room = mailroom.open(given["store"], key_file=True, work="always")
account = list(room.accounts())[0]["id"]
waits = room.status(account)["sending"]["queued"]
marks, early, begun = [0.0], 0, time.monotonic()
room.start()
while True:
    left = room.status(account)["sending"]["queued"]
    while waits - left >= len(marks) * 1000:
        marks.append(time.monotonic() - begun)
        early = early or memory("VmRSS")
    if not left and not list(room.find("send", state="sending", limit=1)):
        break
    time.sleep(0.02)
room.stop()
states = {state: sum(1 for _ in room.find("send", state=state, fields=["id"])) for state in ("sent", "outcome_unknown", "failed")}
tell("sent", (marks[2] - marks[1]) * 1000, (marks[-1] - marks[-2]) * 1000)
answer({
    "times": report, "peak": memory("VmHWM"), "early": early, "states": states, "seconds": marks[-1]})
room.close()
"""

# How much slower the last may be than the first, and what is quick enough to be no matter, in milliseconds.
SLOWER, QUICK = 3.0, 50.0


def check(answer, limit, wrong):
    for name, (first, last) in answer["times"].items():
        print(f"{name}: {first:.1f} ms, {last:.1f} ms at the end", flush=True)
        if first and last > max(first * SLOWER, QUICK):
            wrong.append(f"{name} takes {last:.0f} ms at the end, {first:.0f} at first")
        if not first and last > QUICK * 10:
            wrong.append(f"{name} takes {last:.0f} ms")
    print(f"memory: {answer['early'] / 1024:.0f} MiB early, {answer['peak'] / 1024:.0f} at most", flush=True)
    if answer["peak"] > limit * 1024:
        wrong.append(f"it took {answer['peak'] / 1024:.0f} MiB, more than {limit}")


class Sink:
    """smtp-sink, which counts the messages that it has taken whole."""

    def __init__(self, folder):
        self.port = free_port()
        self._said = open(os.path.join(folder, "sink"), "w+", encoding="ascii")
        self._process = subprocess.Popen(
            ["smtp-sink", "-c", "-u", "nobody", f"127.0.0.1:{self.port}", "200"], stdout=self._said)
        wait_for_port(self.port, lambda: self._process.poll() is None)

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._said.seek(0)
        found = re.findall(r"mesg=(\d+)", self._said.read())
        self._said.close()
        return int(found[-1]) if found else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--limit", type=int, default=150, help="MiB that neither process may pass")
    given = parser.parse_args()
    end_on_signals()
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        sink = Sink(folder)
        what = {"store": f"{folder}/crm.db", "port": sink.port, "messages": given.messages}
        started = time.monotonic()
        queued = helper.ended_well(_QUEUE, what, timeout=3600)
        check(queued, given.limit, wrong)
        print(
            f"most memory after queueing singly {queued['singly'] / 1024:.0f} MiB, after the batch, which is one call, "
            f"{queued['batched'] / 1024:.0f}, after looking {queued['peak'] / 1024:.0f}")
        if queued["singly"] - queued["early"] > 16 * 1024:
            wrong.append("queueing singly takes more memory the more there is")
        print(f"at 3,600 an hour the last would go in {queued['hours']:.1f} hours", flush=True)
        if abs(queued["hours"] - given.messages / 3600) > 1.1:
            wrong.append(f"the forecast says {queued['hours']:.1f} hours")
        sent = helper.ended_well(_SEND, what, timeout=3600)
        check(sent, given.limit, wrong)
        taken = sink.stop()
        print(f"{sent['states']}, the sink took {taken}; {sent['seconds']:.0f} s of sending, {time.monotonic() - started:.0f} s in all")
        if sent["states"] != {"sent": given.messages, "outcome_unknown": 0, "failed": 0} or taken != given.messages:
            wrong.append(f"of {given.messages} the sink took {taken}, and the store says {sent['states']}")
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
