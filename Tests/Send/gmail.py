"""The queue's kills over Gmail: two mailboxes of the test server, which count what they take and answer by the kind of recipient."""

import collections
import random
import threading
import time

from Servers.gmail import Gmail, Rule
from Soak import kills
from Sync.gmail_client import PATHS, GmailClient

# Of each hundred messages, which have one recipient each: Gmail takes a message for all of them, or for nobody.
KINDS = {"ok": 64, "once": 12, "refuse": 6, "busy": 6, "lost": 6, "kept": 6}
WHAT_KINDS_ARE = """
ok      taken                                     once   403 userRateLimitExceeded at first, then taken
refuse  400 Invalid To header, always             busy   503 at first, then taken
lost    hangs up at first, and does not take it   kept   hangs up at first, and takes it
"""


class Server:
    """As `Send.truth.Server`: one mailbox of a Gmail."""

    STAGES = ("offered", "taken", "answered")

    def __init__(self, gmail, user, seed):
        self.gmail, self.user, self.taken, self.messages = gmail, user, collections.Counter(), []
        self._random = random.Random(seed)
        self._once, self._trap, self._lock = set(), None, threading.Lock()

    def arm(self, stage, nth, kill, gone):
        with self._lock:
            self._trap = [stage, nth, kill, gone]

    def disarm(self):
        with self._lock:
            left, self._trap = self._trap is not None, None
        return left

    def stop(self):
        pass

    def watch(self, stage, message):
        to = message.header("To")
        if stage == "taken":
            with self._lock:
                self.taken.update([to])
                self.messages.append(message)
        gone = self._sprung(stage)
        if stage != "offered":
            return None
        kind = to.partition("-")[0]
        if kind == "refuse":
            return Rule(status=400, message="Invalid To header", reason="invalidArgument")
        if gone is False:
            return Rule(status=503, cut=0)
        with self._lock:
            first = to not in self._once
            self._once.add(to)
        if not first:
            return None
        return {
            "once": Rule(reason="userRateLimitExceeded"), "busy": Rule(status=503), "lost": Rule(status=503, cut=0),
            "kept": Rule(done=True, cut=0)}.get(kind)

    def _sprung(self, stage):
        """Kills where that was asked for at this stage; whether the message is to be taken all the same, None: as it comes."""
        with self._lock:
            trap = self._trap
            if trap is None or trap[0] != stage:
                return None
            trap[1] -= 1
            if trap[1] > 0:
                return None
            self._trap = None
        trap[2]()
        return trap[3]


class Run(kills.Run):
    """A store whose two accounts are mailboxes of one Gmail. What is unknown is asked for, and answered: at the end of all nothing is."""

    kinds, sizes, stages = KINDS, (1,), Server.STAGES
    has_mailbox = tells_all = True

    def __init__(self, seed, number, deaths, folder, verbose=False, _site=None):
        super().__init__(seed, number, deaths, folder, verbose)
        for server in self.servers:
            server.stop()
        self.gmail = Gmail(clock=lambda: time.time() + self.shift / 1000)
        self.gmail.quota.user = self.gmail.quota.project = 10**9
        self.users = [f"{user}@test.example" for user in self.users]
        self.servers = [Server(self.gmail, user, self.random.random()) for user in self.users]
        self.truth.servers = self.servers
        self.gmail.watch = self._watch

    def _watch(self, stage, message):
        sender = message.header("From")
        return next(server for server in self.servers if server.user in sender).watch(stage, message)

    def _connect(self):
        given = []
        for user in self.users:
            self.gmail.mailbox(user)
            given.append(["connect", {
                "address": user, "provider": "gmail", "budget_user": "0", "budget_project": "0",
                "gmail_api": self.gmail.url, "insecure_http": "1", **self.gmail.service()}])
        said = self._whole(before=given)
        self.accounts = [what["account"] for what in said if "account" in what]
        kills.hold(len(self.accounts) == len(self.users), "not connected:", said)

    def _rest(self):
        self.gmail.wait_until_idle()

    def _sent(self, user):
        return list(GmailClient(self.gmail, user.partition("@")[0]).everything()[PATHS["Sent"]].values())

    def run(self):
        try:
            return super().run()
        finally:
            self.gmail.stop()
            kills.hold(self.gmail.wrong == [], self.gmail.wrong)
