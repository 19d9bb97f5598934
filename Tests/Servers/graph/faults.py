"""What is to go wrong: a fault waits for the requests that it is meant for."""

import re
import threading
import time

from .failure import GraphError


class Cut(Exception):
    """The connection ends behind so many octets of the answer; done: after what was asked for."""

    def __init__(self, octets=0, done=True):
        super().__init__(octets)
        self.octets, self.done = octets, done


class Fault:
    def __init__(self, match, times, act, done):
        self.match, self.times, self.act, self.done = re.compile(match), times, act, done
        self.reached = 0


class Faults:
    def __init__(self):
        self._faults, self._lock = [], threading.Lock()

    def clear(self):
        with self._lock:
            self._faults = []

    def fail(self, match, status, code, message="", *, times=1, done=False, headers=None):
        """Requests whose "METHOD /path" has `match` get this error. done: what they ask for is done all the same."""
        return self._add(match, times, done, lambda: GraphError(status, code, message, headers))

    def throttle(self, match="", seconds=1, *, times=1, code="ApplicationThrottled", done=False):
        return self.fail(match, 429, code, "Application is over its limit.", times=times, done=done,
                         headers={"Retry-After": str(seconds)})

    def cut(self, match="", octets=0, *, times=1, done=True):
        """The connection breaks behind so many octets of the answer; not done: before anything is done, and without an
        answer."""
        return self._add(match, times, done, lambda: Cut(octets))

    def wait(self, match, seconds, *, times=1):
        """They are answered late."""
        return self._add(match, times, False, lambda: time.sleep(seconds))

    def _add(self, match, times, done, act):
        with self._lock:
            self._faults.append(Fault(match, times, act, done))
            return self._faults[-1]

    def meet(self, call):
        """Before anything is done."""
        self._come(call, False)

    def after(self, call):
        """When it is done: the cut that its answer meets, if any."""
        return self._come(call, True)

    def _come(self, call, done):
        with self._lock:
            name = f"{call.method} {call.path}"
            found = next((one for one in self._faults if one.done == done and one.times and one.match.search(name)), None)
            if found is None:
                return None
            found.times -= 1
            found.reached += 1
        problem = found.act()
        if isinstance(problem, GraphError) or isinstance(problem, Cut) and not done:
            raise problem
        return problem
