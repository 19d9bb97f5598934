"""What a test has told the server to do instead of answering as usual."""

import threading

from .failure import REASONS, Refused


class Rule:
    """For `times` calls whose method begins with `method`, after the first `after` of them: refused, or cut off.

    done: the call has its effect all the same (an answer that is lost, or a failure that is none); id: of that message alone; damage: a
    body that has so many octets gets one more there, which does not belong to it."""

    def __init__(self, method="", *, status=None, reason=None, message=None, retry_after=None, cut=None, delay=0,
                 done=False, times=1, after=0, user=None, id=None, damage=None):
        self.method, self.status, self.reason, self.message = method, status, reason, message
        self.retry_after, self.cut, self.delay, self.done = retry_after, cut, delay, done
        self.left, self.after, self.user, self.id, self.damage = times, after, user, id, damage

    def refusal(self):
        headers = [("Retry-After", str(self.retry_after))] if self.retry_after is not None else []
        if self.status is None and self.reason:
            refused = Refused.because(self.reason, headers=headers)
            if self.message:
                refused = Refused(refused.status, self.message, self.reason, headers=headers)
            return refused
        return Refused(self.status, self.message, self.reason, headers=headers) if self.status else None


class Script:
    def __init__(self):
        self._lock = threading.Lock()
        self._rules = []
        self.reached = 0

    def add(self, method="", **rule):
        with self._lock:
            self._rules.append(Rule(method, **rule))

    def clear(self):
        with self._lock:
            self._rules = []

    def next(self, method, user, id=None):
        """The rule that this call falls under, used once; None for the usual answer."""
        with self._lock:
            for rule in self._rules:
                if not method.startswith(rule.method) or rule.user not in (None, user) or rule.id not in (None, id) or rule.left <= 0:
                    continue
                if rule.after > 0:
                    rule.after -= 1
                    continue
                rule.left -= 1
                self.reached += 1
                return rule
        return None


__all__ = ["REASONS", "Script"]
