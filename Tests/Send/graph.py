"""The queue's kills over Microsoft Graph."""

from Send import service
from Servers.graph import Cut, Graph, GraphError


class Run(service.Run):
    refusals = {
        "once": lambda: GraphError(429, "ApplicationThrottled", "Too much.", {"Retry-After": "20"}),
        "refuse": lambda: GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid."),
        "busy": lambda: GraphError(503, "ServiceUnavailable", "Later.", {"Retry-After": "20"}),
        "lost": lambda: Cut(done=False), "kept": Cut}

    def _serve(self):
        graph = Graph()
        graph.quota.requests = graph.quota.upload = 10**12
        graph.watch = lambda stage, address, to, mime: self._of(address).watch(stage, to, mime)
        return graph

    def _settings(self):
        return self.service.settings()

    def _sent(self, user):
        box = self.service.mailbox(user)
        return [
            (one.content.message_id.strip("<>"), frozenset(["\\Seen"] if one.read else []))
            for one in box.inside(box.well_known("sentitems"))]
