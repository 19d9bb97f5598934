"""The clocks of the library in this process, which must be that of dist-test: they can be put forward."""

import ctypes
import time

from mailroom import _library

_shift = 0


def forward(milliseconds):
    """By so much more than they have been put forward already: a clock never goes back."""
    _set(_shift + milliseconds)


def right():
    """As they truly are: between two modules, when nothing of the library is open."""
    if _shift:
        _set(0)


def _set(shift):
    global _shift
    _shift = shift
    set_clock = _library.library().mr_test_set_clock
    set_clock.argtypes, set_clock.restype = [ctypes.c_int64], None
    set_clock(_shift)


def now():
    """What the library's clock shows, in milliseconds."""
    return int(time.time() * 1000) + _shift
