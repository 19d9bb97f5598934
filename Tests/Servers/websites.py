"""Web sites of any name on one port of 127.0.0.1: what they answer stands in a table, and what they were asked is kept."""

import http.server
import ssl
import threading
import time


class Websites:
    """pages: (host, path) to what is answered: bytes or text (200), a status, (status, headers, body), `SLOW`, `CUT`, or a
    function of (method, query, body) that gives one of these. What is not there is 404.

    certificate: a pair of the Pki; None: http without TLS.
    asked: (method, host, path, query, body, headers) of each request."""

    SLOW, CUT = object(), object()

    def __init__(self, pages, certificate=None):
        self.pages, self.asked = pages, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                host = self.headers.get("Host", "").partition(":")[0]
                path, _, query = self.path.partition("?")
                outer.asked.append((self.command, host, path, query, body, dict(self.headers)))
                page = outer.pages.get((host, path), 404)
                if callable(page):
                    page = page(self.command, query, body)
                if page is Websites.SLOW:
                    time.sleep(12)
                    page = 404
                if page is Websites.CUT:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n<clientConfig>")
                    self.close_connection = True
                    return
                status, headers, content = page if isinstance(page, tuple) else (
                    (page, {}, b"") if isinstance(page, int) else (200, {}, page))
                content = content.encode() if isinstance(content, str) else content
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                """A client that leaves is none of ours."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
