"""An account that sends, at an end whose answers are changed at will."""

import itertools
import time

import mailroom

from Send import clock
from Send.ends import SmtpEnd

TIMES = {"connect_timeout_ms": 3000, "io_timeout_ms": 3000, "key_file": True}
_numbers = itertools.count(1)
HOUR = 3_600_000


def reconnect(room, account, **given):
    """Whatever was just at the account when the clock was put forward has lost its lease, and says so: then once more."""
    end = time.monotonic() + 10
    while True:
        try:
            return room.reconnect(account, **given)
        except mailroom.BusyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


class Mailbox:
    """end: where it is; one of SMTP's own where none is said."""

    def __init__(self, room, end=None):
        self.room, self._own = room, None if end else SmtpEnd()
        self.end = end or self._own
        self.server = self.end.server
        settings = self.end.settings(f"ann{next(_numbers)}")
        self.address = settings["address"]
        self.account = room.connect(**settings)["id"]

    @property
    def said(self):
        return self.end.said

    @said.setter
    def said(self, said):
        self.end.said = said

    def says(self, stage, answer):
        self.end.says(stage, answer)

    def send(self, number=0, **fields):
        fields = {"to": f"to{number}@b.example", "subject": "Hello", "text": "A line\n.\nand another\n", **fields}
        return self.room.send(self.account, **fields)

    def tried(self, send, timeout=20):
        return self.room.send_wait(send, timeout)

    def state(self, send):
        return self.room.get("send", send)["state"]

    def sync(self):
        self.room.sync(self.account)

    def goes(self, send):
        """Some hours later the server is in order, and a person presses Resend: then it must go."""
        self.end.becomes(None)
        clock.forward(25 * HOUR)
        if self.room.status(self.account)["state"] != "enabled":
            reconnect(self.room, self.account)
        if self.state(send) in ("failed", "retry_wait"):
            self.room.resend(send)
        return self.tried(send)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._own:
            self._own.stop()
