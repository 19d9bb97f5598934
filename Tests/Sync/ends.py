"""The ends that the suite can be run over: a server, the settings that connect Mailroom to it, and another client at the same mailbox.

An end has a `name`, the authority to trust (`ca`), the `port` that a connection can be cut at, and says what its mailboxes are like:
`path(name)` of a folder, `uid(ref)` of a message, `keeps(flag)`, and whether flags that changed are seen by comparing alone (`walks`).
"""

from Servers import PASSWORD, Courier, Cyrus, Dovecot
from Servers.gmail import Gmail
from Servers.graph import Graph
from Sync import graph_client
from Sync.client import Client
from Sync.gmail_client import PATHS, GmailClient


class ImapEnd:
    def __init__(self, name, server, walks=False, tls="starttls"):
        self.name, self.server, self.walks, self.tls = name, server, walks, tls
        self.prefix, self.separator = getattr(server, "prefix", ""), getattr(server, "separator", "/")
        self.imap = self.port = server.imap
        self.ca = server.ca

    def client(self, user):
        return Client(self, user)

    def settings(self, user, port=None):
        return {
            "address": f"{user}@test.example", "password": PASSWORD, "imap_host": "127.0.0.1",
            "imap_port": str(port or self.port), "imap_tls": self.tls}

    def path(self, folder):
        if folder == "INBOX":
            return folder
        return self.prefix + folder.replace("/", self.separator)

    def uid(self, ref):
        return int(ref)

    def keeps(self, _flag):
        return True

    def stop(self):
        self.server.stop()


class GmailEnd:
    name, prefix, separator, walks, ca = "gmail", "", "/", False, None

    def __init__(self):
        self.server = Gmail()
        # What the suites do in a minute is more than a person does.
        self.server.quota.user = self.server.quota.project = 10**9
        self.port = self.server.port

    def client(self, user):
        return GmailClient(self.server, user)

    def settings(self, user, port=None):
        address = f"{user}@test.example"
        self.server.mailbox(address)
        return {"address": address, **self.server.settings(port)}

    def path(self, folder):
        return PATHS.get(folder, folder)

    def uid(self, ref):
        return int(ref, 16)

    def keeps(self, flag):
        return flag in ("\\Seen", "\\Flagged")

    def stop(self):
        self.server.stop()
        assert self.server.wrong == [], "the test server answered what Gmail's discovery document does not have"


class GraphEnd:
    name, prefix, separator, walks, ca = "graph", "", "/", False, None

    def __init__(self):
        self.server = Graph()
        # What the suites do in ten minutes is more than a person does.
        self.server.quota.requests = self.server.quota.upload = 10**12
        self.port = self.server.port

    def client(self, user):
        return graph_client.GraphClient(self.server, user)

    def settings(self, user, port=None):
        address = f"{user}@test.example"
        self.server.mailbox(address)
        return {"address": address, **self.server.settings(port)}

    def path(self, folder):
        return graph_client.PATHS.get(folder, folder)

    def uid(self, ref):
        return ref.split(".")[0]

    def keeps(self, _flag):
        return True

    def stop(self):
        self.server.stop()
        assert self.server.wrong == [], "the test server answered what Graph's types do not have"


ENDS = {
    "dovecot": lambda folder, pki: ImapEnd("dovecot", Dovecot(folder, pki)),
    "dovecot-bare": lambda folder, pki: ImapEnd(
        "dovecot-bare", Dovecot(folder, pki, capability="IMAP4rev1"), walks=True, tls="none"),
    "cyrus": lambda folder, pki: ImapEnd("cyrus", Cyrus(folder, pki)),
    "courier": lambda folder, pki: ImapEnd("courier", Courier(folder, pki), walks=True),
    "gmail": lambda _folder, _pki: GmailEnd(),
    "graph": lambda _folder, _pki: GraphEnd(),
}
