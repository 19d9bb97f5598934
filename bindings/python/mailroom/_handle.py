"""What every handle of the library has in common: it is freed once, and says so when it is used afterwards."""

from __future__ import annotations

from ctypes import c_void_p
from typing import ClassVar, Self

from . import errors
from ._library import library


class Handle:
    """Owns one handle. Freed by `close()`, as a context manager, or when nobody has it any more."""

    # The function that frees it, and what a message about a closed one calls it.
    _free: ClassVar[str]
    _what: ClassVar[str]

    def __init__(self, pointer: c_void_p) -> None:
        self._pointer: c_void_p | None = pointer

    def _handle(self) -> c_void_p:
        if self._pointer is None:
            raise errors.closed(self._what)
        return self._pointer

    def close(self) -> None:
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            getattr(library(), self._free)(pointer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:
            pass  # at the interpreter's end the library may be gone already
