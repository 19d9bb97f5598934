"""An HTTP server with a thread a connection, that can be waited for until it serves nobody."""

import http.server
import sys
import threading
import time
import traceback


class ThreadedServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments, **named):
        self._serving, self._lock = 0, threading.Lock()
        super().__init__(*arguments, **named)

    def process_request(self, request, address):
        with self._lock:
            self._serving += 1
        super().process_request(request, address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        with self._lock:
            self._serving -= 1

    def wait_until_idle(self, seconds=20):
        """Until no connection is open: of a client that was killed, all that it had written has been answered then."""
        end = time.monotonic() + seconds
        idle = 0
        # What waits to be accepted is not counted yet.
        while idle < 3:
            with self._lock:
                idle = idle + 1 if self._serving == 0 else 0
            assert time.monotonic() < end, f"{self._serving} connections are still served"
            time.sleep(0.01)

    def handle_error(self, *_):
        """A client that hangs up is no fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()
