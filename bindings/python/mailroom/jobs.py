"""Long operations."""

from __future__ import annotations

import time
from collections.abc import Callable
from ctypes import byref, c_void_p

from . import _declarations as c
from . import errors
from ._handle import Handle
from ._library import call, library, made
from ._records import Row, taken

# A wait for ever is made of short ones, so that a KeyboardInterrupt gets through.
SLICE_SECONDS = 0.5


class Job(Handle):
    """A long operation. It is a row of the store: any process may open it by its id and wait for it.

    Letting go of a Job does not cancel it.
    """

    _free, _what = "mr_job_free", "job"

    def __init__(self, pointer: c_void_p) -> None:
        super().__init__(pointer)
        self.id: int = library().mr_job_id(pointer)

    def wait(self, timeout: float | None = None, on_progress: Callable[[Row], object] | None = None) -> Row:
        """Waits and gives the job's result.

        timeout: seconds; None for ever. on_progress: called with the job's row every half second.
        Raises the job's own failure, or mailroom.TimeoutError.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = SLICE_SECONDS if end is None else min(SLICE_SECONDS, end - time.monotonic())
            out = c_void_p()
            result = call("mr_job_wait", self._handle(), max(0, int(left * 1000)), byref(out))
            known = taken(out)
            if result != c.MR_TIMEOUT:
                return known
            if end is not None and time.monotonic() >= end:
                raise errors.TimeoutError(f"job {self.id} has not ended", c.MR_TIMEOUT, {"code": "MR_TIMEOUT", **known})
            if on_progress is not None:
                on_progress(self.progress())

    def progress(self) -> Row:
        """The job's row: state, done, total, note."""
        return taken(made("mr_job_progress", self._handle()))

    def cancel(self) -> None:
        library().mr_job_cancel(self._handle())

    def __repr__(self) -> str:
        return f"<mailroom.Job {self.id}>"
