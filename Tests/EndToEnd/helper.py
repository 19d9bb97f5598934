"""Other processes on a store: a Python program over the library of dist or dist-test, started, killed, measured."""

import json
import pathlib
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]

_HEAD = """
import json, os, sys, time
sys.path[:0] = [{bindings!r}, {tests!r}]
import mailroom
from mailroom import _library
mailroom.load({library!r})
given = json.loads(sys.argv[1])

def hooks():
    "The functions of mailroom_test.h."
    import ctypes
    lib = _library.library()
    lib.mr_test_stop_at.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64]
    lib.mr_test_stop_at.restype = ctypes.c_int32
    lib.mr_test_reached.argtypes = [ctypes.c_char_p]
    lib.mr_test_reached.restype = ctypes.c_int64
    lib.mr_test_points.argtypes = [ctypes.c_size_t]
    lib.mr_test_points.restype = ctypes.c_char_p
    lib.mr_test_set_clock.argtypes = [ctypes.c_int64]
    lib.mr_test_set_clock.restype = None
    return lib

def memory(name):
    "A line of /proc/self/status in KiB: VmHWM, VmRSS."
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1])

def sockets():
    found = 0
    for entry in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink("/proc/self/fd/" + entry).startswith("socket:")
        except OSError:
            pass
    return found

def threads():
    return len(os.listdir("/proc/self/task"))

def answer(value):
    print(json.dumps(value, default=repr), flush=True)
"""


def program(code, build="dist"):
    head = _HEAD.format(
        bindings=str(ROOT / "bindings" / "python"), tests=str(ROOT / "Tests"),
        library=str(ROOT / build / "lib" / "libmailroom.so.1"))
    return [sys.executable, "-c", head + textwrap.dedent(code)]


def start(code, given, build="dist", before=()):
    """A running process; its answers are lines of JSON on its standard output."""
    return subprocess.Popen(
        [*before, *program(code, build), json.dumps(given)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(code, given, build="dist", before=(), timeout=60):
    """Runs it to its end: (exit status, the last answer)."""
    with start(code, given, build, before) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    lines = output.splitlines()
    return process.returncode, json.loads(lines[-1]) if lines else None


def ended_well(code, given, build="dist", before=(), timeout=60):
    """The last answer of a process that must end with 0."""
    status, answer = run(code, given, build, before, timeout)
    assert status == 0, f"exit status {status}"
    return answer


def read_answer(process):
    line = process.stdout.readline()
    assert line, f"the process ended: {process.wait()}"
    return json.loads(line)
