"""The rows of a query, one at a time."""

from __future__ import annotations

from ctypes import byref, c_void_p

from . import _declarations as c
from ._library import call, library
from ._records import Row, row


class Rows:
    """An iterator of rows. It holds no transaction, so it may be kept as long as one likes.

    It lets go of its cursor at the last row, at `close()`, and when nobody has it any more.
    """

    def __init__(self, cursor: c_void_p) -> None:
        self._cursor: c_void_p | None = cursor

    def __iter__(self) -> Rows:
        return self

    def __next__(self) -> Row:
        if self._cursor is None:
            raise StopIteration
        record = c_void_p()
        if call("mr_cursor_next", self._cursor, byref(record)) == c.MR_END:
            self.close()
            raise StopIteration
        return row(record)

    def first(self) -> Row | None:
        """The next row, or None; then closes."""
        result = next(self, None)
        self.close()
        return result

    def close(self) -> None:
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            library().mr_cursor_free(cursor)

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:
            pass  # at the interpreter's end the library may be gone already
