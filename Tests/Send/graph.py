"""The queue's kills over Microsoft Graph: two mailboxes of the test server, which count what they take and answer by the kind of
recipient."""

import collections
import threading

from Servers.graph import Cut, Graph, GraphError
from Soak import kills

# Of each hundred messages, which have one recipient each: Graph takes a message for all of them, or for nobody.
KINDS = {"ok": 64, "once": 12, "refuse": 6, "busy": 6, "lost": 6, "kept": 6}
WHAT_KINDS_ARE = """
ok      taken                                      once   429 ApplicationThrottled at first, then taken
refuse  400 ErrorInvalidRecipients, always         busy   503 at first, then taken
lost    hangs up at first, and does not take it    kept   hangs up at first, and takes it
"""


class Server:
    """As `Send.truth.Server`: one mailbox of a Graph."""

    STAGES = ("offered", "taken", "answered")

    def __init__(self, user):
        self.user, self.taken = user, collections.Counter()
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

    def watch(self, stage, to):
        if stage == "taken":
            with self._lock:
                self.taken.update(to)
        gone = self._sprung(stage)
        if stage != "offered":
            return None
        if gone is False:
            return Cut(done=False)
        kind = to[0].partition("-")[0]
        with self._lock:
            first = to[0] not in self._once
            self._once.add(to[0])
        if not first:
            return None
        return {
            "once": GraphError(429, "ApplicationThrottled", "Too much.", {"Retry-After": "20"}),
            "busy": GraphError(503, "ServiceUnavailable", "Later.", {"Retry-After": "20"}), "lost": Cut(done=False),
            "kept": Cut()}.get(kind)

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
    """A store whose two accounts are mailboxes of one Graph. What is unknown is asked for, and answered: at the end of all nothing is."""

    kinds, sizes, stages = KINDS, (1,), Server.STAGES
    has_mailbox = tells_all = True

    def __init__(self, seed, number, deaths, folder, verbose=False):
        super().__init__(seed, number, deaths, folder, verbose)
        for server in self.servers:
            server.stop()
        self.graph = Graph()
        self.users = [f"{user}@test.example" for user in self.users]
        self.servers = [Server(user) for user in self.users]
        self.truth.servers = self.servers
        self.graph.watch = self._watch

    def _watch(self, stage, address, to, _mime):
        return next(server for server in self.servers if server.user == address).watch(stage, to)

    def _connect(self):
        given = []
        for user in self.users:
            self.graph.mailbox(user)
            given.append(["connect", {"address": user, **self.graph.settings()}])
        said = self._whole(before=given)
        self.accounts = [what["account"] for what in said if "account" in what]
        kills.hold(len(self.accounts) == len(self.users), "not connected:", said)

    def _rest(self):
        self.graph.wait_until_idle()

    def _sent(self, user):
        box = self.graph.mailbox(user)
        return [(one.content.message_id.strip("<>"), frozenset(["\\Seen"] if one.read else [])) for one in box.inside(box.well_known("sentitems"))]

    def run(self):
        try:
            return super().run()
        finally:
            self.graph.stop()
            kills.hold(self.graph.wrong == [], self.graph.wrong)
