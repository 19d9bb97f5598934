"""Processes and ports of the test servers: everything started here is a child of this process, in a session of its
own, and is gone when `stop` returns; the kernel ends it, too, if this process dies without calling it."""

import atexit
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
#: Below the range from which the kernel takes its own; who runs at the same time as others is given a part of it.
_first, _last = (int(port) for port in os.environ.get("MAILROOM_PORTS", "20000-31999").split("-"))
_given_out = set()
_running = []


class ServerError(Exception):
    """A server did not start, or did not stop; the text has the end of its log."""


def free_port():
    """A port of 127.0.0.1 that nobody listens on."""
    for _ in range(500):
        port = random.randint(_first, _last)
        if port in _given_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given_out.add(port)
        return port
    raise ServerError(f"no free port from {_first} to {_last}")


def wait_for_port(port, alive, seconds=20.0):
    """Until something accepts on 127.0.0.1:port; `alive` says whether it still can."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if not alive():
                raise ServerError(f"the server for port {port} ended while it started")
            time.sleep(0.02)
    raise ServerError(f"port {port} is not served after {seconds:.0f} s")


def wait_until(condition, seconds=20.0, what="the condition", step=0.05):
    """Until `condition()` is true; its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise ServerError(f"{what}: not within {seconds:.0f} s")
        time.sleep(step)


def scratch(name="mailroom"):
    """A new directory that the servers' own users may enter; removed at the end of this process."""
    path = tempfile.mkdtemp(prefix=f"{name}-")
    os.chmod(path, 0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def session_members(session):
    """The process ids of a session. Zombies that are ours by now are reaped; others are left out."""
    members = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) != session:
            continue
        if fields[0] != "Z":
            members.append(int(entry))
        elif int(fields[1]) == os.getpid() and int(entry) != session:
            try:
                os.waitpid(int(entry), os.WNOHANG)
            except ChildProcessError:
                pass
    return members


class Daemon:
    """One server program in the foreground, and whatever it starts."""

    def __init__(self, command, log, environment=None):
        self.command = command
        self.log = log
        # What a server leaves orphaned becomes ours, to be reaped here.
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment,
                start_new_session=True, preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM))
        self.session = self.process.pid
        _running.append(self)

    def alive(self):
        return self.process.poll() is None

    def log_tail(self, lines=15):
        try:
            with open(self.log, errors="replace") as file:
                return "".join(file.readlines()[-lines:])
        except OSError:
            return ""

    def stop(self, seconds=8.0):
        """Ends the program and everything in its session: asked first, then told."""
        if self in _running:
            _running.remove(self)
        if self.alive():
            self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        # Sessions with an idle client outlive their master for a while.
        for number, patience in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
            end = time.monotonic() + patience
            for pid in session_members(self.session):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            while session_members(self.session) and time.monotonic() < end:
                time.sleep(0.02)
        self.process.wait()


def stop_everything():
    """Ends every server that is still running; called at the end of the process as well."""
    for daemon in list(reversed(_running)):
        daemon.stop()


def end_on_signals():
    """SIGTERM and SIGHUP end this process the way Ctrl-C does, so that `with` blocks are left in order."""

    def leave(number, _frame):
        signal.signal(number, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


atexit.register(stop_everything)
