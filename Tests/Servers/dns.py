"""A name server on a port of 127.0.0.1, UDP and TCP, that answers from a table; and does not, on purpose.

zone: names to lists of records, each a text: `TXT ...`, `MX 10 host`, `SRV 0 1 993 host`, `A 192.0.2.1`, `AAAA ...`, `CNAME name`, or one of the faults

    SERVFAIL, REFUSED   that code                   SILENT   no answer at all
    TRUNCATED           TC over UDP, whole by TCP   BROKEN   octets that are no message behind a good header
    LIAR                first an answer to another question and one with another id, each with a false record

A name that is not there is NXDOMAIN. An alias is followed in the answer, except below `lazy.`."""

import base64
import socket
import socketserver
import subprocess
import threading

import dnslib
from dnslib import QTYPE, RR

from .server import Server


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    allow_reuse_address = False


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True


class NameServer(Server):
    def __init__(self, zone=None):
        self.zone = {name.lower().rstrip("."): records for name, records in (zone or {}).items()}
        self.asked, self.by_tcp = [], []
        outer = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                for answer in outer._answers(data, tcp=False):
                    sock.sendto(answer, self.client_address)

        class Stream(socketserver.BaseRequestHandler):
            def handle(self):
                head = self._read(2)
                data = self._read(int.from_bytes(head, "big"))
                for answer in outer._answers(data, tcp=True):
                    self.request.sendall(len(answer).to_bytes(2, "big") + answer)

            def _read(self, size):
                data = b""
                while len(data) < size:
                    piece = self.request.recv(size - len(data))
                    if not piece:
                        raise ConnectionError("hung up")
                    data += piece
                return data

        # The same port for both.
        for _ in range(50):
            self._udp = _Udp(("127.0.0.1", 0), Datagram)
            self.port = self._udp.server_address[1]
            try:
                self._tcp = _Tcp(("127.0.0.1", self.port), Stream)
                break
            except OSError:
                self._udp.server_close()
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in (self._udp, self._tcp)]
        for thread in self._threads:
            thread.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def stop(self):
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()

    def _answers(self, data, tcp):
        question = dnslib.DNSRecord.parse(data)
        name = str(question.q.qname).rstrip(".").lower()
        kind = QTYPE[question.q.qtype]
        (self.by_tcp if tcp else self.asked).append(f"{kind} {name}")
        reply = question.reply()
        records = self.zone.get(name)
        fault = records[0] if records and records[0].isupper() and " " not in records[0] else None
        if fault == "SILENT":
            return []
        if fault in ("SERVFAIL", "REFUSED"):
            reply.header.rcode = getattr(dnslib.RCODE, fault)
            return [reply.pack()]
        if fault == "BROKEN":
            reply.header.a = 9
            return [question.reply().pack()[:2] + bytes([0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0])
                    + data[12:12 + len(data) - 12] + b"\xc0\xff\x00\x10\x00\x01junk"]
        answers = []
        if fault == "LIAR":
            false = question.reply()
            false.add_answer(RR(name, QTYPE.TXT, rdata=dnslib.TXT(b"v=spf1 +all")))
            false.header.id ^= 1
            other = dnslib.DNSRecord.question("other.example", kind).reply()
            other.header.id = question.header.id
            other.add_answer(RR("other.example", QTYPE.TXT, rdata=dnslib.TXT(b"v=spf1 +all")))
            answers = [false.pack(), other.pack()]
        if fault == "TRUNCATED" and not tcp:
            reply.header.tc = 1
            return [reply.pack()]
        self._add(reply, name, kind, 0)
        if records is None:
            reply.header.rcode = dnslib.RCODE.NXDOMAIN
        return [*answers, reply.pack()]

    def _add(self, reply, name, kind, depth):
        for text in self.zone.get(name, []):
            what, _, value = text.partition(" ")
            if what == "CNAME":
                reply.add_answer(RR(name, QTYPE.CNAME, rdata=dnslib.CNAME(value)))
                if not name.startswith("lazy.") and depth < 8:
                    self._add(reply, value.lower().rstrip("."), kind, depth + 1)
            elif what == kind:
                reply.add_answer(RR(name, getattr(QTYPE, kind), rdata=_data(kind, value)))


def _data(kind, value):
    if kind == "TXT":
        octets = value.encode()
        return dnslib.TXT([octets[at:at + 255] for at in range(0, len(octets), 255)] or [b""])
    if kind == "MX":
        preference, host = value.split(" ")
        return dnslib.MX(host, int(preference))
    if kind == "SRV":
        priority, weight, port, host = value.split(" ")
        return dnslib.SRV(int(priority), int(weight), int(port), host)
    return {"A": dnslib.A, "AAAA": dnslib.AAAA}[kind](value)


def free_of_servers():
    """An address at which no name server listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def in_order(domain):
    """The zone of a sending domain of which nothing can be said, sending from 127.0.0.1."""
    private = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True).stdout
    public = subprocess.run(
        ["openssl", "rsa", "-pubout", "-outform", "DER"], input=private, capture_output=True, check=True).stdout
    key = f"TXT v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
    return {
        domain: ["TXT v=spf1 ip4:127.0.0.1 -all", f"MX 10 mx.{domain}"], f"mx.{domain}": ["A 127.0.0.1"],
        f"default._domainkey.{domain}": [key], f"_dmarc.{domain}": [f"TXT v=DMARC1; p=reject; rua=mailto:dmarc@{domain}"],
    }
