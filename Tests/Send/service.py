"""The queue's kills over a provider's own interface: what Gmail and Graph have in common."""

import collections

from Send.truth import Firsts, Trap
from Soak import kills

# Of each hundred messages, which have one recipient each: the service takes a message for all of them, or for nobody.
KINDS = {"ok": 64, "once": 12, "refuse": 6, "busy": 6, "lost": 6, "kept": 6}


class Server:
    """As `Send.truth.Server`: one mailbox of a service, which counts what it takes and answers by the kind of recipient."""

    STAGES = ("offered", "taken", "answered")

    def __init__(self, user, refusals):
        """refusals: for each kind but ok what the service makes of it, `refuse` always, the others at first; `lost` also for a
        sender that was killed and whose message is not to be taken."""
        self.user, self.refusals = user, refusals
        self.taken, self.messages = collections.Counter(), []
        self.trap, self._firsts = Trap(), Firsts()

    def stop(self):
        pass

    def watch(self, stage, to, content):
        """What goes wrong with a message that is offered, None: nothing."""
        if stage == "taken":
            self.taken.update(to)
            self.messages.append(content)
        gone = self.trap.come_to(stage)
        if stage != "offered":
            return None
        kind = to[0].partition("-")[0]
        if kind == "refuse":
            return self.refusals[kind]()
        if gone is False:
            return self.refusals["lost"]()
        if not self._firsts.of(to[:1]) or kind not in self.refusals:
            return None
        return self.refusals[kind]()


class Run(kills.Run):
    """A store whose two accounts are mailboxes of one service. What is unknown is asked for, and answered: at the end of all nothing is.

    A subclass makes the `service`, tells its `watch` of messages, and says what connects to it and what is in Sent."""

    kinds, sizes, stages = KINDS, (1,), Server.STAGES
    has_mailbox = tells_all = True
    #: As `Server` wants them.
    refusals = {}

    def __init__(self, seed, number, deaths, folder, verbose=False, _site=None):
        super().__init__(seed, number, deaths, folder, verbose)
        self.users = [f"{user}@test.example" for user in self.users]
        self.service = self._serve()

    def _servers(self):
        return [Server(f"{user}@test.example", self.refusals) for user in self.users]

    def _of(self, address):
        return next(server for server in self.servers if server.user == address)

    def _connecting(self):
        for user in self.users:
            self.service.mailbox(user)
            yield {"address": user, **self._settings()}

    def _rest(self):
        self.service.wait_until_idle()

    def run(self):
        try:
            return super().run()
        finally:
            self.service.stop()
            kills.hold(self.service.wrong == [], self.service.wrong)
