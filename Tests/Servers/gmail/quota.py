"""Units: what each method costs, and what a user and a project may spend in a minute (Gmail's page on usage limits)."""

import collections
import threading

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
        self._spent = collections.defaultdict(collections.deque)
        self._sums = collections.Counter()
        self.highest = collections.Counter()
        self.total = 0

    def spend(self, address, method):
        units, now = UNITS.get(method, 5), self.clock()
        with self._lock:
            for key, limit, reason in (("", self.project, "rateLimitExceeded"),
                                       (address, self.user, "userRateLimitExceeded")):
                self._drop(key, now)
                if self._sums[key] + units > limit:
                    raise Refused.because(reason)
            for key in ("", address):
                self._spent[key].append((now, units))
                self._sums[key] += units
                self.highest[key] = max(self.highest[key], self._sums[key])
            self.total += units

    def _drop(self, key, now):
        spent = self._spent[key]
        while spent and spent[0][0] <= now - WINDOW:
            self._sums[key] -= spent.popleft()[1]
