"""The clocks of the library in this process, which must be that of dist-test: they can be put forward."""

import ctypes

from mailroom import _library

_shift = 0


def forward(milliseconds):
    """By so much more than they have been put forward already: a clock never goes back."""
    global _shift
    _shift += milliseconds
    set_clock = _library.library().mr_test_set_clock
    set_clock.argtypes, set_clock.restype = [ctypes.c_int64], None
    set_clock(_shift)
