"""The doorbell of the change feed."""

from __future__ import annotations

from ctypes import byref, c_int64, c_void_p

from . import _declarations as c
from . import errors
from ._library import call, library, milliseconds


class Events:
    """Says that something happened; `Room.changes` says what.

    `fileno()` makes it fit into select, selectors and asyncio: when it is readable, call `wait(0)` and then
    read the changes after the last number that you handled. Never read the descriptor itself.
    """

    def __init__(self, pointer: c_void_p) -> None:
        self._pointer: c_void_p | None = pointer

    def _handle(self) -> c_void_p:
        if self._pointer is None:
            raise errors.closed("doorbell")
        return self._pointer

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

    def close(self) -> None:
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            library().mr_events_free(pointer)

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:
            pass  # at the interpreter's end the library may be gone already
