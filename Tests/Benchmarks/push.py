"""Push: many mailboxes of one Dovecot watched by one process over TLS. How long from a delivery to the change feed, beside a
bare client in IDLE on the same mailbox; what a watched mailbox takes in memory; how many threads."""

import os
import pathlib
import random
import re
import selectors
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time

from Servers import PASSWORD, Site, wait_until

FIRST = 50


def measure(root, mailboxes, deliveries):
    sys.path.insert(0, str(root / "bindings" / "python"))
    import mailroom

    mailroom.load(root / "dist" / "lib" / "libmailroom.so.1")
    with Site(smtp=False) as site:
        server = site.another_dovecot("push", many=mailboxes)
        with _Worker(root, site, server, mailroom) as worker:
            # What the process takes with a few, so that only what one more takes is counted. They use NOTIFY, the others
            # IDLE alone, as with most servers.
            few = worker.watch(FIRST)
            many = worker.watch(mailboxes, alone=True, imap_off="NOTIFY")
            print(f"{mailboxes} mailboxes parked: {many}", flush=True)
            each = (many["memory"] - few["memory"]) / (mailboxes - FIRST)
            pick = random.Random(1)
            told = _measured(worker, server, pick.sample(range(FIRST), min(20, FIRST)), deliveries // 5)
            idle = _measured(worker, server, pick.sample(range(FIRST, mailboxes), min(100, mailboxes - FIRST)), deliveries)
            after = worker.taken()
    rows = [
        f"| {name} | {_at(values, 50):.0f} ms | {_at(values, 99):.0f} ms | {max(values) * 1000:.0f} ms |"
        for name, values in (
            ("a bare client in IDLE", [s[1] for s in idle]), ("the change feed", [s[0] for s in idle]),
            ("the change feed after the bare client", [a - b for a, b in idle]),
            ("the change feed, of mailboxes with NOTIFY", [s[0] for s in told]))]
    return f"""## Push: {mailboxes:,} mailboxes

One process watches the INBOX of {mailboxes:,} accounts over TLS, with a Dovecot on the same machine, by IDLE, {FIRST} of them by NOTIFY;
{len(idle)} messages are delivered, 20 a second, to 100 of the former, and {len(told)} to 20 of the latter. Another process reads
the change feed. From LMTP's answer to:

| | median | p99 | most |
| --- | --- | --- | --- |
""" + "\n".join(rows) + f"""

This Dovecot tells a session that is awake of a change half a second late, and one that it has hibernated at once: it hibernates a
bare IDLE, and none that uses NOTIFY. Memory is that of the whole process: {each:.1f} KiB for each
mailbox more ({few["memory"] / 1024:.0f} MiB with {FIRST}, {many["memory"] / 1024:.0f} MiB with {mailboxes:,}, {after["memory"] / 1024:.0f} MiB after the
deliveries), what a sync's heap leaves free with it. Threads while all are parked: {many["threads"]}, of which one watches the streams."""


def _measured(worker, server, targets, deliveries):
    with _Bare(server, targets) as bare:
        return _deliver(worker, server, bare, targets, deliveries)


def _at(values, percent):
    return statistics.quantiles(values, n=100)[percent - 1] * 1000


class _Worker:
    """`mailroom run` on one store, and a reader of the store in this process."""

    def __init__(self, root, site, server, mailroom):
        self.server = server
        self.store = f"{site.work_folder('push')}/crm.db"
        self.room = mailroom.open(self.store, key_file=True, ca_file=site.ca, work="never")
        self.log = open(f"{site.folder}/push.log", "wb")
        self.process = subprocess.Popen(
            [str(root / "dist" / "bin" / "mailroom"), "--store", self.store, "run"], stdout=self.log, stderr=self.log,
            stdin=subprocess.DEVNULL)
        self.ca = site.ca
        self.accounts = []

    def watch(self, count, alone=False, **settings):
        """Connects accounts until there are so many, and waits until all of them are watched; alone: and until nothing else
        of them is open (a session that has synced is kept for five minutes)."""
        # A few at a time: a server is logged in to twenty times a second, and a connect waits for its turn only so long.
        for first in range(len(self.accounts), count, 20):
            jobs = [
                self.room.connect(
                    wait=False, address=f"p{number}@test.example", password=PASSWORD, imap_host="127.0.0.1",
                    imap_port=str(self.server.imaps), imap_tls="implicit", ca_file=self.ca, **settings)
                for number in range(first, min(first + 20, count))]
            for job in jobs:
                with job:
                    self.accounts.append(job.wait(600)["account"])
        print(f"{count} accounts connected", flush=True)
        wait_until(lambda: self.watched() >= count, 900, f"{count} watched folders", 1)
        if alone:
            wait_until(lambda: self.sockets() <= count, 900, f"{count} connections", 1)
        time.sleep(7)
        return self.taken()

    def watched(self):
        assert self.process.poll() is None, "mailroom run has ended"
        return sum(1 for row in self.room.find("folder", role="inbox", limit=100_000) if row.get("push"))

    def sockets(self):
        """How many connections the process has to the server."""
        wanted = f"{self.server.imaps:04X}"
        with open(f"/proc/{self.process.pid}/net/tcp") as file:
            inodes = {line.split()[9] for line in file.readlines()[1:]
                      if line.split()[2].endswith(f":{wanted}") and line.split()[3] == "01"}
        own = 0
        for name in os.listdir(f"/proc/{self.process.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.process.pid}/fd/{name}")
            except OSError:
                continue
            own += target.startswith("socket:[") and target[8:-1] in inodes
        return own

    def taken(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return {
            "memory": int(re.search(r"VmRSS:\s+(\d+)", text).group(1)),
            "threads": int(re.search(r"Threads:\s+(\d+)", text).group(1))}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.room.close()
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class _Bare:
    """Clients in IDLE and nothing else: when the server tells of each message."""

    def __init__(self, server, targets):
        self.told, self.held, self.lock = {}, {}, threading.Lock()
        self.selector = selectors.DefaultSelector()
        self.running = True
        context = ssl.create_default_context(cafile=server.ca)
        for number in targets:
            stream = context.wrap_socket(
                socket.create_connection(("127.0.0.1", server.imaps), 60), server_hostname="localhost")
            reader = stream.makefile("rb")
            for tag, command in (("", ""), ("a", f"LOGIN p{number}@test.example {PASSWORD}"), ("b", "SELECT INBOX"), ("c", "IDLE")):
                if tag:
                    stream.sendall(f"{tag} {command}\r\n".encode())
                while True:
                    line = reader.readline()
                    if found := re.match(rb"\* (\d+) EXISTS", line):
                        self.held[number] = int(found.group(1))
                    if line.startswith((tag.encode() + b" OK", b"+ ") if tag else b"* OK"):
                        break
            stream.setblocking(False)
            self.selector.register(stream, selectors.EVENT_READ, number)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while self.running:
            for key, _ in self.selector.select(0.2):
                try:
                    data = key.fileobj.recv(65536)
                except (ssl.SSLWantReadError, BlockingIOError):
                    continue
                now = time.monotonic()
                # One line may tell of several.
                for count in re.findall(rb"\* (\d+) EXISTS", data):
                    with self.lock:
                        told = self.told.setdefault(key.data, [])
                        told += [now] * (int(count) - self.held[key.data] - len(told))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running = False
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()


class _Feed(threading.Thread):
    """Reads the change feed as a program of the library would: the bell, then what is new."""

    def __init__(self, room):
        super().__init__()
        self.room, self.seen, self.lock = room, {}, threading.Lock()
        self.running = True
        self.last = max((row["number"] for row in room.changes(0)), default=0)

    def run(self):
        with self.room.events() as events:
            while self.running:
                events.wait(0.2)
                rows = list(self.room.changes(self.last))
                now = time.monotonic()
                for row in rows:
                    self.last = row["number"]
                    if row["kind"] == "message" and row["what"] == "added":
                        with self.lock:
                            self.seen[row["id"]] = now


def _deliver(worker, server, bare, targets, deliveries):
    """The seconds from each delivery to the feed and to the bare client."""
    feed = _Feed(worker.room)
    feed.start()
    sent = {number: [] for number in targets}
    sender = smtplib.LMTP(server.lmtp)
    begin = time.monotonic()
    run = f"{int(begin)}{targets[0]}"
    try:
        for index in range(deliveries):
            number = targets[index % len(targets)]
            pause = begin + index / 20 - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            sender.sendmail(
                "bob@example.com", [f"p{number}@test.example"],
                f"From: bob@example.com\r\nTo: p{number}@test.example\r\nSubject: {index}\r\n"
                f"Message-ID: <{run}.{index}@example.com>\r\n\r\nNews.\r\n")
            sent[number].append((index, time.monotonic()))
        wait_until(lambda: len(feed.seen) >= deliveries, 120, "every message in the feed", 0.2)
    finally:
        sender.quit()
        feed.running = False
        feed.join()
    # Which message a row was is asked afterwards, so that the asking delays nothing.
    seen = {worker.room.get("message", row)["message_id"]: at for row, at in feed.seen.items()}
    samples = []
    for number in targets:
        wait_until(lambda n=number: len(bare.told.get(n, [])) >= len(sent[n]), 60, f"all of p{number} told to the bare client")
        for (index, at), told in zip(sent[number], bare.told[number]):
            samples.append((seen[f"{run}.{index}@example.com"] - at, told - at))
    return samples
