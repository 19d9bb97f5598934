"""SIGKILL at every step of the send queue, in random order, with servers that count what they take: nothing is lost, nothing is
taken twice; what could not be decided is outcome_unknown, and is counted.

    python -m Soak.kills [--over smtp|gmail|graph] [--kills N] [--seed N] [--only STORE] [--verbose]     (in Tests)

A step is a stop point of the library (after each transaction of a send), a stage of the dialogue as the server sees it, or
just a moment. Each store lives through a hundred deaths, in one process or in two that share the work, and is compared
with what the servers counted after each. Over SMTP every fourth has its mailboxes on a real Dovecot (as root): there what was sent
has one copy in Sent, and an echo settles what was unknown. Over the test servers of the Gmail API and of Microsoft Graph all have, and
at the end nothing is unknown. A run that fails prints its seed; --only N repeats one store of it alone."""

import argparse
import collections
import contextlib
import importlib
import os
import random
import sys
import tempfile
import threading
import time

from Send.nursery import Nursery, points
from Send.truth import KINDS, Server, Truth, Wrong, hold
from Servers import PASSWORD, Site, end_on_signals
from Servers.scripted import OFFERS
from Sync.client import Client

STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "content", "dot", "taken", "answered", "rset", "quit")
ONCE = ("connect", "ehlo", "auth", "quit", "send.settled")  # of a connection, or rare, where the others are of a message
OVER = {"smtp": "Soak.kills", "gmail": "Send.gmail", "graph": "Send.graph"}
DEATHS = 100
MINUTE = 60_000
SETTINGS = {"password": PASSWORD, "smtp_host": "127.0.0.1", "smtp_tls": "none"}
# Reached only where the copies in Sent are Mailroom's to make.
COPYING = ("send.copy_wished", "wish.begun", "wish.applied", "wish.finished")


class Run:
    """The life of one store, and its deaths."""

    #: How the server takes the mail of so many recipients in a hundred; how many a message has; the stages of its dialogue.
    kinds, sizes, stages = KINDS, (1, 1, 1, 2, 3), STAGES
    #: Whether the provider says in the end of each message whether it was taken.
    tells_all = False

    def __init__(self, seed, number, deaths, folder, verbose=False, site=None):
        self.random = random.Random(f"{seed}/{number}")
        self.deaths, self.verbose = deaths, verbose
        self.store = os.path.join(folder, f"{number}.db")
        self.users = [f"k{seed}n{number}u{user}" for user in range(2)]
        self.servers = self._servers()
        self.truth = Truth(self.servers)
        self.site = site
        if site:
            site.dovecot.prefix, site.dovecot.separator = "", "/"
            for server, user in zip(self.servers, self.users, strict=True):
                server.echo = lambda content, user=user: self._echo(user, content)
        self.killed, self.missed = collections.Counter(), collections.Counter()
        self.shift, self.deck, self.names, self.rows = 0, [], 0, []

    def _servers(self):
        """One for each user."""
        return [Server(), Server([o for o in OFFERS if o != "PIPELINING"])]

    @property
    def has_mailbox(self):
        """Whether what is sent has a copy in Sent, and a sync may tell of what was unknown."""
        return self.site is not None

    def run(self):
        with Nursery() as one, Nursery() as two:
            self.nurseries = [one, two]
            try:
                self._connect()
                lives = 0
                while sum(self.killed.values()) < self.deaths:
                    lives += 1
                    hold(lives < self.deaths * 5, "most lives were not ended:", dict(self.missed))
                    self._live()
                self._end()
            finally:
                for server in self.servers:
                    server.stop()
        return self

    def _connecting(self):
        """The settings of each account."""
        mailbox = {}
        if self.site:
            mailbox = {
                "imap_host": "127.0.0.1", "imap_port": str(self.site.dovecot.imap), "imap_tls": "none", "sent_copy": "always"}
        return [
            {**SETTINGS, **mailbox, "address": f"{user}@test.example", "smtp_port": str(server.port)}
            for user, server in zip(self.users, self.servers, strict=True)]

    def _connect(self):
        said = self._whole(before=[["connect", settings] for settings in self._connecting()])
        self.accounts = [what["account"] for what in said if "account" in what]
        hold(len(self.accounts) == len(self.servers), "not connected:", said)

    def _echo(self, user, content):
        with Client(self.site.dovecot, user) as client:
            client.append("INBOX", b"Received: by lists.example\r\n" + content)

    def _whole(self, **plan):
        """A life that nobody ends."""
        said, status = self.nurseries[0].live(**self._plan(plan))
        rows = self.truth.hear(said)
        hold(status == 0, "a process that nobody killed ended with", status)
        return rows if ["look"] in plan.get("before", []) + plan.get("after", []) else said

    def _plan(self, plan):
        return {"store": self.store, "shift": self.shift, "options": {"io_timeout_ms": 20_000}, **plan}

    # ---- one life ----

    @classmethod
    def points(cls, with_site=True):
        """The stop points that a store comes to."""
        lacking = COPYING if cls.tells_all else () if with_site else (*COPYING, "send.settled")
        return [name for name in _points() if name not in lacking]

    def _step(self):
        """Each step comes once, in random order, before any comes again."""
        if not self.deck:
            self.deck = [("point", name) for name in self.points(self.site)] + [("server", stage) for stage in self.stages]
            self.deck += [("moment", "")] * 4
            self.random.shuffle(self.deck)
        return self.deck.pop()

    def _live(self):
        kind, name = step = self._step()
        shared = self.random.random() < 0.25
        work = "always" if shared or self.random.random() < 0.7 else "wait"
        nth, server, gone = self.random.randint(1, 3), self.random.choice(self.servers), self.random.random() < 0.5
        if name in ONCE:
            nth = 1
        operations = self._operations()
        plan = self._plan({"work": work, "operations": operations})
        first, second = self.nurseries
        if kind == "point":
            plan["stop"] = [name, nth]
        elif kind == "server":
            # Where two work, the stage may be one of the other's messages, which is not cut.
            server.trap.arm(name, nth, first.kill, None if shared else gone)
        began = time.monotonic()
        first.begin(**plan)
        if shared:
            # Another process of the same store takes over what the first leaves.
            second.begin(**self._plan({"work": "always"}))
        if kind == "moment":
            self._kill_after(first, self.random.expovariate(1 / 0.05))
        said, status = first.end()
        server.trap.disarm()
        self.truth.hear(said)
        hold(status in (0, -9), "a process ended with", status)
        (self.killed if status == -9 else self.missed)[_name(step)] += 1
        if self.verbose:
            print(_name(step), nth, work, "shared" if shared else "", status, f"{time.monotonic() - began:.2f} s", flush=True)
        if shared:
            others, ended = second.end()
            self.truth.hear(others)
            hold(ended == 0, "the process beside it ended with", ended)
        self.rows = self._whole(work="never", before=[["look"]], seconds=0)
        self._rest()
        self.shift += self.random.choice([0, 1, 5, 20]) * MINUTE

    def _rest(self):
        """Before the clock is put forward: what takes minutes by the clock is over for the servers, too."""

    @staticmethod
    def _kill_after(nursery, seconds):
        timer = threading.Timer(seconds, nursery.kill)
        timer.start()
        timer.join()

    def _operations(self):
        """What the CRM does in this life. What it asked for in the last one, and never heard of, it asks for again."""
        for _ in range(self.random.randint(1, 3)):
            self.names += 1
            self.truth.ask(f"key-{self.names}", [
                f"{self.random.choices(list(self.kinds), self.kinds.values())[0]}-{self.names}-{number}@b.example"
                for number in range(self.random.choice(self.sizes))])
        operations = []
        for key in self.truth.open_keys():
            message = {"to": self.truth.asked[key], "subject": key, "text": "Hello\n.\nand goodbye\n" * 30}
            if int(key[4:]) % 7 == 0:
                message["send_at"] = 1000 * int(key[4:])  # long ago: due at once
            operations.append(["send", key, self.accounts[int(key[4:]) % len(self.accounts)], message])
        for row in self.rows:
            if row["state"] == "failed" and row["class"] == "content_rejected" and self.random.random() < 0.5:
                operations.append(["resend", row["id"], None, False])
            elif row["state"] == "queued" and self.random.random() < 0.1:
                operations.append(["cancel", row["id"]])
            elif row["state"] == "outcome_unknown" and self.random.random() < 0.2:
                operations.append(["resend", row["id"], None, False])  # refused: nothing is sent again unasked
        if self.has_mailbox and self.random.random() < 0.3:
            # What is unknown may be found.
            operations.append(["sync", self.random.choice(self.accounts)])
        self.random.shuffle(operations)
        return operations

    # ---- the end ----

    def _settle(self, operations):
        """Works until nothing is due any more, whatever the clock has to say to it."""
        open_states = ("queued", "sending", "retry_wait", *(["outcome_unknown"] if self.tells_all else []))
        for _ in range(20):
            self.shift += 300 * MINUTE
            said = self._whole(operations=operations, after=[["look"]], seconds=30)
            operations = [["sync", account] for account in self.accounts] if self.has_mailbox else []
            waiting = [row for row in said if row["state"] in open_states]
            if not waiting:
                return said
        raise Wrong("still waiting: " + repr(waiting))

    def _end(self):
        keys = self.truth.open_keys()
        rows = self._settle([
            ["send", key, self.accounts[int(key[4:]) % len(self.accounts)],
             {"to": self.truth.asked[key], "subject": key, "text": "Hello\n.\nand goodbye\n" * 30,
              **({"send_at": 1000 * int(key[4:])} if int(key[4:]) % 7 == 0 else {})}] for key in keys])
        hold(not self.truth.open_keys(), "never promised:", self.truth.open_keys())
        hold(len(rows) == len(self.truth.asked), len(rows), "sends for", len(self.truth.asked), "messages")
        self.truth.settled(rows)
        unknown = self.truth.counts["unknown by a kill"]
        hold(unknown <= self.deaths, unknown, "are of unknown outcome for", self.deaths, "deaths")
        # A person decides on the unknown ones, and resends what was rejected, until nothing is missing.
        for _ in range(5):
            operations = []
            for row in rows:
                if row["state"] == "outcome_unknown" and (missing := self.truth.decide(row)):
                    operations.append(["resend", row["id"], missing, True])
                elif row["state"] == "failed" and (row["class"] == "content_rejected" or any(
                        # The send's own class may be another recipient's.
                        address.startswith("spam-") and state == "refused" for address, state in row["recipients"].items())):
                    operations.append(["resend", row["id"], None, False])
            if not operations:
                break
            rows = self._settle(operations)
        self.truth.delivered(rows)
        if self.has_mailbox:
            self._copies()

    def _copies(self):
        """Of each message that anybody has accepted one copy in Sent, of all others none."""
        rows = self._whole(
            work="always", operations=[["sync", account] for account in self.accounts], after=[["copied", 30], ["look"]], seconds=5)
        found = collections.Counter()
        for user in self.users:
            for name, flags in self._sent(user):
                found[name] += 1
                hold("\\Seen" in flags, name, "is in Sent, and not seen")
        for row in rows:
            count = found.pop(row["message_id"], 0)
            hold(count <= 1, "the copy is there", count, "times:", row)
            hold(count == (row["accepted"] > 0), "has", count, "copies in Sent:", row)
            self.truth.counts["copies"] += count
        hold(not found, "copies of what was never sent:", dict(found))

    def _sent(self, user):
        """(Message-ID, flags) of what is in Sent."""
        with Client(self.site.dovecot, user) as client:
            return list(client.everything().get("Sent", {}).values())


_known = []


def _points():
    if not _known:
        # Nobody wishes for anything here but the engine: `wish.stored` is not come to.
        _known.extend(name for name in points("send.", "wish.") if name != "wish.stored")
    return _known


def _name(step):
    return f"{step[0]} {step[1]}".strip()


def _run(over):
    """The class of the stores' lives."""
    return importlib.import_module(OVER[over]).Run


def run(kills, seed, over="smtp", only=None, verbose=False, deaths=DEATHS):
    """All stores, one after another: (how often each step killed, how often it was not come to, the counts)."""
    make = _run(over)
    killed, missed, counts = collections.Counter(), collections.Counter(), collections.Counter()
    # In memory, where there is such a place: SIGKILL takes nothing away from the kernel, so no disk has to be waited for.
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mailroom-kills-", dir=where))
        site = stack.enter_context(Site(smtp=False)) if over == "smtp" and os.getuid() == 0 else None
        for number in range(-(-kills // deaths)):
            if only is not None and number != only:
                continue
            store = make(
                seed, number, min(deaths, kills - number * deaths), folder, verbose, site if number % 4 == 1 else None)
            try:
                store.run()
            except AssertionError as error:
                raise Wrong(f"seed {seed}, store {number} (--over {over} --seed {seed} --only {number}): {error}") from error
            killed += store.killed
            missed += store.missed
            counts += store.truth.counts
            counts["taken"] += sum(len(server.messages) for server in store.servers)
    return killed, missed, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--only", type=int, help="this store alone")
    parser.add_argument("--over", choices=OVER, default="smtp", help="what the mail is sent by")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    end_on_signals()
    print(f"kills: over {given.over}, seed {given.seed}", flush=True)
    try:
        killed, missed, counts = run(given.kills, given.seed, given.over, given.only, given.verbose)
    except Wrong as error:
        sys.exit(f"kills: {error}")
    for name in sorted({*killed, *missed}):
        print(f"{killed[name]:5} killed at {name}" + (f"; {missed[name]} times not come to" if missed[name] else ""))
    print(f"{sum(killed.values())} kills; " + ", ".join(f"{name} {counts[name]}" for name in sorted(counts)))
    print("nothing lost, nothing taken twice")
    if given.over == "smtp" and os.getuid() != 0:
        print("not as root: no Dovecot, and so no copies in Sent and no echoes")
    wanted = _run(given.over).points(with_site=os.getuid() == 0)
    # Over SMTP little is settled by itself: an echo has to come while somebody looks.
    unseen = [name for name in wanted if not killed[f"point {name}"] and (given.over, name) != ("smtp", "send.settled")]
    if given.kills >= 500 and given.only is None and unseen:
        sys.exit(f"never killed at: {', '.join(unseen)}")


if __name__ == "__main__":
    main()
