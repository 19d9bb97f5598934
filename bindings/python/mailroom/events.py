"""The doorbell of the change feed."""

from __future__ import annotations

from ctypes import byref, c_int64

from . import _declarations as c
from . import errors
from ._handle import Handle
from ._library import call, library, milliseconds


class Events(Handle):
    """Says that something happened; `Room.changes` says what.

    `fileno()` makes it fit into select, selectors and asyncio: when it is readable, call `wait(0)` and then
    read the changes after the last number that you handled. Never read the descriptor itself.
    """

    _free, _what = "mr_events_free", "doorbell"

    def fileno(self) -> int:
        number: int = library().mr_events_fd(self._handle())
        if number < 0:
            raise errors.closed("doorbell")
        return number

    def wait(self, timeout: float | None = None) -> int | None:
        """Waits so many seconds, None for ever. Gives the latest change's number, or None where none came."""
        latest = c_int64()
        result = call("mr_events_wait", self._handle(), milliseconds(timeout), byref(latest))
        return None if result == c.MR_TIMEOUT else latest.value
