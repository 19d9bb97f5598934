"""Finds libmailroom, loads it once, and turns its refusals into exceptions."""

from __future__ import annotations

import ctypes
import os
import threading
from ctypes import byref, c_void_p
from pathlib import Path
from typing import Any

from . import errors
from ._declarations import declare

NAME = "libmailroom.so.1"
ABI_MAJOR = 1

_lock = threading.Lock()
_library: ctypes.CDLL | None = None
_path: str | None = None

_FIELDS = (
    "code", "class", "message", "advice", "server_text", "cause", "field", "step", "smtp", "enhanced", "http",
    "provider_code", "retry_after_ms", "provider", "account",
)  # fmt: skip
_NUMBERS = frozenset(("smtp", "http", "retry_after_ms", "account"))


def load(path: str | os.PathLike[str]) -> None:
    """Loads the library from this file. Before the first use; afterwards it is an error to name another file."""
    global _library, _path
    wanted = os.path.realpath(os.fspath(path))
    with _lock:
        if _library is not None:
            if _path is not None and os.path.realpath(_path) == wanted:
                return
            raise RuntimeError(f"libmailroom is loaded already, from {_path}")
        _library, _path = _opened(wanted), wanted


def library() -> ctypes.CDLL:
    global _library, _path
    if _library is None:
        with _lock:
            if _library is None:
                _path = _found()
                _library = _opened(_path)
    return _library


def loaded_from() -> str:
    """The file that the library was loaded from, or its name where the system's loader chose the file."""
    library()
    return _path or NAME


def version() -> str:
    """The library's version."""
    return (library().mr_version() or b"").decode()


def _found() -> str:
    here = Path(__file__).resolve().parent
    # In a wheel; then in dist/ or an installation, whose share/ or lib/ stands beside lib/.
    for candidate in (here / "lib" / NAME, *(parent / "lib" / NAME for parent in list(here.parents)[:6])):
        if candidate.is_file():
            return str(candidate)
    return NAME


def _opened(path: str) -> ctypes.CDLL:
    # CDLL, not PyDLL: the interpreter's lock is given up during every call.
    try:
        opened = ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
    except OSError as error:
        raise ImportError(
            f"libmailroom cannot be loaded ({error}); install it, or name the file: mailroom.load(path)"
        ) from error
    declare(opened)
    major = opened.mr_abi() >> 16
    if major != ABI_MAJOR:
        raise ImportError(f"{path} has the ABI {major}, this package needs {ABI_MAJOR}")
    return opened


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def check(result: int, error: c_void_p) -> int:
    """The result where it is no failure; else the exception, with the error object freed."""
    if result >= 0:
        return result
    lib = library()
    try:
        fields: dict[str, Any] = {}
        message = None
        if error:
            message = text(lib.mr_error_message(error))
            for name in _FIELDS:
                value = text(lib.mr_error_field(error, name.encode()))
                if value is None:
                    continue
                fields[name] = int(value) if name in _NUMBERS and value.lstrip("-").isdigit() else value
        raise errors.make(message or f"the library answered {result}", result, fields)
    finally:
        lib.mr_error_free(error)


def call(name: str, *arguments: Any) -> int:
    """Calls a function whose last parameter is `mr_error **`."""
    error = c_void_p()
    return check(getattr(library(), name)(*arguments, byref(error)), error)


def made(name: str, *arguments: Any) -> c_void_p:
    """Calls a function whose last parameters are `T **out, mr_error **err`, and gives what it made."""
    out = c_void_p()
    call(name, *arguments, byref(out))
    return out


def encoded(name: str, value: str | os.PathLike[str]) -> bytes:
    """A text for a `const char *`."""
    raw = os.fsencode(value) if not isinstance(value, str) else _utf8(name, value)
    if b"\0" in raw:
        raise errors.invalid(name, "holds a NUL byte")
    return raw


def _utf8(name: str, value: str) -> bytes:
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise errors.invalid(name, "is not Unicode text") from None


def milliseconds(timeout: float | None) -> int:
    """Seconds, or None for ever, as the library takes them."""
    if timeout is None:
        return -1
    return max(0, min(int(timeout * 1000), 2**31 - 1))
