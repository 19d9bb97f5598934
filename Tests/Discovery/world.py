"""A network on loopback in which any domain is whatever a test says: mail servers of every kind, a name server, certificates for
any name. The library is led there by the options `resolver` and `connect_to`."""

import contextlib

import mailroom

from Servers.dns import NameServer
from Servers.greeters import Greeter

PLACES = [
    ("imap", 993, "implicit"), ("imap", 143, "starttls"), ("pop3", 995, "implicit"), ("pop3", 110, "starttls"),
    ("smtp", 465, "implicit"), ("smtp", 587, "starttls"),
]


class World:
    """`greeters` by (kind, port); `leads` what connect_to is given: every host at a usual port is answered by a server that
    has `certificate`, unless `at` (a dict of (host, port) to a Greeter or a port) says otherwise; what is at None is refused.
    everything=False: only what stands in `at` is there, everything else is refused."""

    def __init__(self, certificate, zone=None, *, at=None, everything=True):
        self._stack = contextlib.ExitStack()
        self.names = self._stack.enter_context(NameServer(zone or {}))
        self.greeters = {}
        if everything:
            for kind, port, tls in PLACES:
                self.greeters[kind, port] = self._stack.enter_context(Greeter(kind, certificate, tls))
        self.leads = []
        for (host, port), server in (at or {}).items():
            target = server if isinstance(server, int) else server.port if server else 1
            self.leads.append(f"{host}:{port}:127.0.0.1:{target}")
        self.leads += [f":{port}:127.0.0.1:{server.port}" for (_, port), server in self.greeters.items()]
        # Nothing leaves this machine: port 1 of loopback, where nobody is.
        self.leads.append("::127.0.0.1:1")

    def said(self):
        return [line for server in self.greeters.values() for line in server.said]

    def open(self, store, pki, **options):
        options = {"autodiscover": "", **options}
        return mailroom.open(
            store, key_file=True, ca_file=pki.ca, resolver=self.names.address, connect_to=self.leads, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()


def places(finding):
    """(kind, host, port, tls) of the servers that a finding proved, and of those that it did not."""
    good, bad = [], []
    for server in finding["servers"]:
        place = (server["protocol"], server["host"], server["port"], server["tls"])
        (good if server["proved"] else bad).append(place)
    return good, bad


def by_source(result):
    return {finding["source"]: finding for finding in result["findings"]}
