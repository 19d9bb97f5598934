"""Records seeds: what real servers say to Mailroom while it syncs a few messages. Run as root in Tests/, with dist/
built:  python3 Fuzz/record.py FOLDER. Each file begins with the octets of choice (docs/fuzzing.md)."""

import os
import pathlib
import socket
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bindings/python"), str(ROOT / "Tests")]

import mailroom
from Servers import PASSWORD, Courier, Cyrus, Site, seed
from Servers.faulty import Faulty

MARK = b"\xff\xfe\xff"


class Recorder(Faulty):
    """Passes everything on, and keeps what the server said, a connection each."""

    def __init__(self, target):
        self.target, self.talks = target, []
        super().__init__()

    def talk(self, connection):
        said = bytearray()
        self.talks.append(said)
        with socket.create_connection(("127.0.0.1", self.target), 10) as server:
            server.settimeout(None)
            forward = threading.Thread(target=self._upstream, args=(connection, server), daemon=True)
            forward.start()
            while data := server.recv(65536):
                said += data
                connection.sendall(data)

    @staticmethod
    def _upstream(client, server):
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass


def message(number):
    """A small one: seeds are to be small."""
    return (
        f"From: a@seed.example\r\nTo: b@seed.example\r\nSubject: {number}\r\nMessage-ID: <m{number}@seed.example>\r\n"
        f"Date: Tue, 14 Nov 2023 22:13:{number:02} +0000\r\n\r\n.{number}\r\n").encode()


def record(site, server, name, folder):
    user = f"fuzz{name}"
    with seed.Appender(server.imap, f"{user}@test.example") as appender:
        for number in range(4):
            appender.append([(message(number), number)])
    for scheme, port in (("imap", server.imap), ("pop3", server.pop3)):
        with Recorder(port) as recorder, tempfile.TemporaryDirectory() as scratch:
            with mailroom.open(f"{scratch}/s.db", key_file=True, ca_file=site.ca) as room:
                account = room.connect(**{
                    "provider": scheme, "address": f"{user}@test.example", "password": PASSWORD,
                    f"{scheme}_host": "127.0.0.1", f"{scheme}_port": str(recorder.port), f"{scheme}_tls": "none"})["id"]
                room.sync(account)
                with seed.Appender(server.imap, f"{user}@test.example") as appender:
                    appender.append([(message(9), 9)])
                    appender.store("INBOX", "2", "+FLAGS (\\Flagged)")
                room.sync(account)
            os.makedirs(f"{folder}/{scheme}", exist_ok=True)
            for number, said in enumerate(recorder.talks):
                (pathlib.Path(folder) / scheme / f"{name}-{number}").write_bytes(bytes(3) + bytes(said))
            whole = bytes(3) + MARK.join(bytes(said) for said in recorder.talks)
            (pathlib.Path(folder) / scheme / f"{name}-all").write_bytes(whole)


def main():
    folder = sys.argv[1]
    mailroom.load(ROOT / "dist/lib/libmailroom.so.1")
    with Site(smtp=False) as site:
        record(site, site.dovecot, "dovecot", folder)
        little = site.another_dovecot("little", capability="IMAP4rev1")
        record(site, little, "little", folder)
        for kind, name in ((Cyrus, "cyrus"), (Courier, "courier")):
            with kind(f"{site.folder}/{name}", site.pki) as server:
                record(site, server, name, folder)


main()
