"""An account that only sends, and the scripted server that it sends by."""

import itertools

from Send import clock
from Servers.scripted import ScriptedSmtp

TIMES = {"connect_timeout_ms": 3000, "io_timeout_ms": 3000, "key_file": True}
_numbers = itertools.count(1)
HOUR = 3_600_000


class Mailbox:
    """An account that sends, at a server whose answers are changed at will."""

    def __init__(self, room):
        self.room = room
        self.said = None
        self.server = ScriptedSmtp(lambda stage, talk: self.said(stage, talk) if self.said else None)
        self.account = room.connect(
            address=f"ann{next(_numbers)}@test.example", password="pass", smtp_host="127.0.0.1",
            smtp_port=str(self.server.port), smtp_tls="none")["id"]

    def says(self, stage, answer):
        self.said = lambda at, talk: answer if at == stage else None
        self.server.reached = 0

    def send(self, number=0, **fields):
        fields = {"to": f"to{number}@b.example", "subject": "Hello", "text": "A line\n.\nand another\n", **fields}
        return self.room.send(self.account, **fields)

    def tried(self, send, timeout=20):
        return self.room.send_wait(send, timeout)

    def goes(self, send):
        """Some hours later the server is in order, and a person presses Resend: then it must go."""
        self.said = None
        clock.forward(25 * HOUR)
        if self.room.status(self.account)["state"] != "enabled":
            self.room.reconnect(self.account)
        if self.room.get("send", send)["state"] in ("failed", "retry_wait"):
            self.room.resend(send)
        return self.tried(send)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()
