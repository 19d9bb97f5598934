"""What Graph takes of one application for one mailbox (its page on throttling): requests in ten minutes, octets uploaded in five."""

import threading

from ..window import Windows
from .failure import GraphError


class Quota:
    def __init__(self, clock, requests=10_000, upload=150_000_000):
        self.clock, self.requests, self.upload = clock, requests, upload
        self._lock = threading.Lock()
        self._asked, self._uploaded = Windows(600.0), Windows(300.0)
        self.refused = 0

    @property
    def highest(self):
        """The most requests that a mailbox had in ten minutes."""
        return self._asked.highest

    def spend(self, mailbox, octets):
        """Each request within a batch is one."""
        now = self.clock()
        with self._lock:
            for windows, cost, limit, name in (
                    (self._asked, 1, self.requests, "requests"), (self._uploaded, octets, self.upload, "upload")):
                if cost and not windows.has_room(mailbox, cost, limit, now):
                    self.refused += 1
                    raise GraphError(
                        429, "ApplicationThrottled", f"Application is over its limit of {name}.", {"Retry-After": "60"})
            self._asked.spend(mailbox, 1, now)
            if octets:
                self._uploaded.spend(mailbox, octets, now)
