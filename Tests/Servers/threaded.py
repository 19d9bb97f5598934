"""An HTTP server with a thread a connection, that can be waited for until it serves nobody."""

import http.server
import socket
import sys
import threading
import time
import traceback


class ThreadedServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments, **named):
        self._serving, self._accepted, self._lock = 0, set(), threading.Lock()
        super().__init__(*arguments, **named)

    def process_request(self, request, address):
        with self._lock:
            self._serving += 1
            self._accepted.add(address)
        super().process_request(request, address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        with self._lock:
            self._serving -= 1

    def wait_until_idle(self, seconds=20):
        """Until no connection is open: of a client that was killed, all that it had written has been answered then."""
        end = time.monotonic() + seconds
        # Connections are accepted in the order in which they came: those before this one are counted when it is.
        with socket.socket() as mine:
            mine.bind(("127.0.0.1", 0))
            name = mine.getsockname()
            with self._lock:
                self._accepted.discard(name)
            mine.connect(self.server_address[:2])
            while name not in self._accepted:
                assert time.monotonic() < end, "nobody accepts connections"
                time.sleep(0.001)
        while self._serving:
            assert time.monotonic() < end, f"{self._serving} connections are still served"
            time.sleep(0.001)

    def handle_error(self, *_):
        """A client that hangs up is no fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()
