"""A submission server that keeps its own copies, as Gmail does: what it has taken it puts into the Sent folder of a Dovecot."""

from Servers.faulty import FaultySmtp
from Sync.client import Client


class _Kept(list):
    def __init__(self, server):
        self.server = server

    def append(self, taken):
        super().append(taken)
        if self.server.keeps:
            with Client(self.server.dovecot, self.server.user) as client:
                # As servers do: with a header line of their own, and seen.
                client.append("Sent", b"Received: by keeping.example\r\n" + taken[2], ["\\Seen"])


class KeepingSmtp(FaultySmtp):
    """keeps: whether it does so now."""

    def __init__(self, dovecot, user, keeps=True):
        dovecot.prefix, dovecot.separator = "", "/"
        self.dovecot, self.user, self.keeps = dovecot, user, keeps
        super().__init__()
        self.messages = _Kept(self)
