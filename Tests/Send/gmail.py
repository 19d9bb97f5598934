"""The queue's kills over Gmail."""

import time

from Send import service
from Servers.gmail import Gmail, Rule
from Sync.gmail_client import PATHS, GmailClient


class Run(service.Run):
    refusals = {
        "once": lambda: Rule(reason="userRateLimitExceeded"),
        "refuse": lambda: Rule(status=400, message="Invalid To header", reason="invalidArgument"),
        "busy": lambda: Rule(status=503), "lost": lambda: Rule(status=503, cut=0), "kept": lambda: Rule(done=True, cut=0)}

    def _serve(self):
        gmail = Gmail(clock=lambda: time.time() + self.shift / 1000)
        gmail.quota.user = gmail.quota.project = 10**9
        gmail.watch = self._watch
        return gmail

    def _watch(self, stage, address, message):
        return self._of(address).watch(stage, [message.header("To")], message.raw)

    def _settings(self):
        return self.service.settings()

    def _sent(self, user):
        return list(GmailClient(self.service, user.partition("@")[0]).everything()[PATHS["Sent"]].values())
