"""Units: what each method costs, and what a user and a project may spend in a minute (Gmail's page on usage limits)."""

import threading

from ..window import Windows
from .failure import Refused

UNITS = {
    "drafts.create": 10, "drafts.delete": 10, "drafts.get": 5, "drafts.list": 5, "drafts.send": 100,
    "drafts.update": 15, "getProfile": 1, "history.list": 2, "labels.create": 5, "labels.delete": 5, "labels.get": 1,
    "labels.list": 1, "labels.patch": 5, "labels.update": 5, "messages.attachments.get": 5,
    "messages.batchDelete": 50, "messages.batchModify": 50, "messages.delete": 10, "messages.get": 5,
    "messages.import": 25, "messages.insert": 25, "messages.list": 5, "messages.modify": 5, "messages.send": 100,
    "messages.trash": 5, "messages.untrash": 5, "settings.sendAs.list": 1, "settings.sendAs.get": 1, "stop": 50,
    "threads.delete": 20, "threads.get": 10, "threads.list": 10, "threads.modify": 10, "threads.trash": 10,
    "threads.untrash": 10, "watch": 100}
WINDOW = 60.0


class Quota:
    """Spends units within windows of a minute; what is over a limit is refused, and spends nothing."""

    def __init__(self, clock, user=15_000, project=1_200_000):
        self.clock, self.user, self.project = clock, user, project
        self._lock = threading.Lock()
        self._windows = Windows(WINDOW)
        self.total = self.refused = 0

    @property
    def highest(self):
        """The most units of a user, and by "" of the project, in one window."""
        return self._windows.highest

    def spend(self, address, method):
        units, now = UNITS.get(method, 5), self.clock()
        with self._lock:
            for key, limit, reason in (("", self.project, "rateLimitExceeded"),
                                       (address, self.user, "userRateLimitExceeded")):
                if not self._windows.has_room(key, units, limit, now):
                    self.refused += 1
                    raise Refused.because(reason)
            for key in ("", address):
                self._windows.spend(key, units, now)
            self.total += units
