"""Microsoft Graph's interface for mail on a port of 127.0.0.1, with mailboxes in memory: written from the published metadata
and documentation, and held to them. Every answer is checked against the types before it goes out.

    with Graph() as graph:
        box = graph.mailbox("ann@test.example")
        box.add(box.well_known("inbox"), mime)          # as if it had been delivered
        ...  {graph.url}/me/messages  with  Authorization: Bearer token-ann@test.example
        graph.faults.throttle("GET .*/messages", seconds=2)
        graph.expire("ann@test.example")                # its delta tokens are too old
        assert graph.wrong == []
"""

import http
import http.server
import re
import socket
import threading
import time

from ..server import Server
from ..threaded import ThreadedServer
from .call import Call
from .failure import GraphError
from .faults import Cut
from .service import Service

__all__ = ["Cut", "Graph", "GraphError"]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def _body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            body = bytearray()
            while size := int(self.rfile.readline(100).split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline(10_000).strip():
                pass
            return bytes(body)
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        if len(body) < size:
            raise ConnectionError("the client hung up within its request")
        return body

    def _serve(self):
        service = self.server.service
        try:
            body = self._body()
            base = f"http://{self.headers.get('Host')}/v1.0"
            call = Call(service, self.command, self.path, dict(self.headers.items()), body, base)
            self._reply(service.answer(call))
        except (Cut, OSError):
            self._end()
        except Exception as error:
            service.wrong.append(f"{self.command} {self.path}: {error!r}")
            self._end()
            raise

    def _reply(self, reply):
        head = [f"HTTP/1.1 {reply.status} {http.HTTPStatus(reply.status).phrase}", f"Content-Length: {len(reply.bytes)}"]
        if reply.bytes:
            head.append(f"Content-Type: {reply.kind}")
        head += [f"{name}: {value}" for name, value in reply.headers.items()]
        head += ["request-id: 00000000-0000-0000-0000-000000000000", "Cache-Control: private"]
        content = ("\r\n".join(head) + "\r\n\r\n").encode() + reply.bytes
        if reply.cut:
            self.wfile.write(content[:reply.cut.octets])
            return self._end()
        self.wfile.write(content)
        reply.told()

    def _end(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve


class Graph(Service, Server):
    """The service on its port."""

    def __init__(self, who=None, port=0, clock=time.time):
        super().__init__(who, clock)
        self._server = ThreadedServer(("127.0.0.1", port), _Handler)
        self._server.service = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1.0"

    def settings(self, port=None):
        """What connects Mailroom as an application that logs in for itself; port: of something in between."""
        return {
            "provider": "graph", "budget_mailbox": "0", "budget_upload": "0",
            "graph_api": f"http://127.0.0.1:{port or self.port}/v1.0", "insecure_http": "1",
            "auth": "service", "oauth": "microsoft", "client_id": "crm", "client_secret": "secret",
            "token_endpoint": f"http://127.0.0.1:{self.port}/token"}

    def requests(self, match=""):
        """How many requests had this in their "METHOD /path"; those within a batch count as well."""
        return sum(count for name, count in self.counts.items() if re.search(match, name))

    def expire(self, address, code="syncStateNotFound"):
        """Delta tokens that were given out for this mailbox until now are too old."""
        box = self.mailbox(address)
        with box.lock:
            self.expired_code = code
            box.log.append(("", "", "", "set"))
            box.oldest_token = box.number

    def wait_until_idle(self):
        self._server.wait_until_idle()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
