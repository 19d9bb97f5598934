"""The rows of a query, one at a time."""

from __future__ import annotations

from ctypes import byref, c_void_p

from . import _declarations as c
from ._handle import Handle
from ._library import call
from ._records import Row, row


class Rows(Handle):
    """An iterator of rows. It holds no transaction, so it may be kept as long as one likes.

    It lets go of its cursor at the last row, at `close()`, and when nobody has it any more.
    """

    _free, _what = "mr_cursor_free", "cursor"

    def __iter__(self) -> Rows:
        return self

    def __next__(self) -> Row:
        if self._pointer is None:
            raise StopIteration
        record = c_void_p()
        if call("mr_cursor_next", self._pointer, byref(record)) == c.MR_END:
            self.close()
            raise StopIteration
        return row(record)

    def first(self) -> Row | None:
        """The next row, or None; then closes."""
        result = next(self, None)
        self.close()
        return result
