"""What every suite has: a time limit for each test, and an orderly end when the run is told to stop."""

import pathlib
import signal
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
for folder in (ROOT / "bindings" / "python", ROOT / "Tests"):
    sys.path.insert(0, str(folder))

from Servers import end_on_signals  # noqa: E402


class TooLong(Exception):
    pass


def pytest_configure(config):
    config.addinivalue_line("markers", "limit(seconds): how long this test may take; 120 where it is not said")
    end_on_signals()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """A test that hangs fails; it does not hang the run."""
    marker = item.get_closest_marker("limit")
    seconds = marker.args[0] if marker else 120

    def late(_number, _frame):
        raise TooLong(f"not over after {seconds} s")

    old = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
