"""Bodies, read and written in pieces."""

from __future__ import annotations

import io
from collections.abc import Iterator
from ctypes import byref, c_char, c_int64, c_size_t, c_void_p
from typing import Any

from . import errors
from ._handle import Handle
from ._library import call, library

PIECE = 256 * 1024


class Blob(io.RawIOBase):
    """The body of a message or of one of its parts, as a file that is read from its beginning to its end."""

    def __init__(self, pointer: c_void_p) -> None:
        super().__init__()
        self._pointer: c_void_p | None = pointer

    def _handle(self) -> c_void_p:
        if self._pointer is None:
            raise errors.closed("body")
        return self._pointer

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if not len(view):
            return 0
        target = (c_char * len(view)).from_buffer(view)
        length = c_size_t()
        call("mr_blob_read", self._handle(), target, len(view), byref(length))
        return length.value

    def pieces(self, size: int = PIECE) -> Iterator[bytes]:
        """The body in pieces of at most `size` bytes; memory does not follow its length."""
        buffer = bytearray(size)
        while length := self.readinto(buffer):
            yield bytes(memoryview(buffer)[:length])

    def close(self) -> None:
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            library().mr_blob_free(pointer)
        super().close()


class NewBlob(Handle):
    """An attachment on its way into the store. `seal` gives the id for the attachment's field `blob`.

    As a context manager it is abandoned where it was not sealed.
    """

    _free, _what = "mr_blob_free", "body"

    def write(self, data: bytes | bytearray | memoryview) -> int:
        raw = bytes(data)
        call("mr_blob_write", self._handle(), raw, len(raw))
        return len(raw)

    def seal(self) -> int:
        identity = c_int64()
        call("mr_blob_seal", self._handle(), byref(identity))
        self.close()
        return identity.value
