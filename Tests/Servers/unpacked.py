"""Mail servers whose Debian packages exclude Dovecot's: their programs lie unpacked below .build-servers, where
Tests/Tools/deps.sh puts them."""

import pathlib

from .process import ServerError

_ROOT = pathlib.Path(__file__).resolve().parents[2] / ".build-servers"


def program(server, path):
    """The full name of a program of an unpacked package, as text."""
    found = _ROOT / server / path
    if not found.exists():
        raise ServerError(f"{found} is not there: 'make deps' unpacks it")
    return str(found)
