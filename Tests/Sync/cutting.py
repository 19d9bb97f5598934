"""A way to a server that can be cut at any byte."""

import socket
import threading

from Servers import free_port


class Cutting:
    """Passes octets on between `port` and a server's port. After `cut_after(n)` the connections end behind the nth octet
    from then on, in either direction, without a goodbye, or with one for who sent it."""

    def __init__(self, target):
        self.target, self.port = target, free_port()
        self._lock = threading.Lock()
        self._left, self._words = None, b""
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=50)
        # What the kernel takes in advance counts as written for the other side: as little as may be.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        self._pairs = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, octets, words=b""):
        with self._lock:
            self._left, self._words = octets, words

    def close(self):
        self._listener.close()
        for pair in list(self._pairs):
            self._end(pair)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            pair = (client, server)
            self._pairs.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self._pass, args=(source, sink, pair), daemon=True).start()

    def _pass(self, source, sink, pair):
        try:
            while data := source.recv(65536):
                with self._lock:
                    allowed = len(data) if self._left is None else min(len(data), self._left)
                    cut = self._left is not None and self._left <= len(data)
                    if self._left is not None:
                        self._left -= allowed
                    if cut:
                        self._left = None
                        self.cuts += 1
                sink.sendall(data[:allowed])
                if cut:
                    if self._words:
                        self._say(source)
                    break
        except OSError:
            pass
        self._end(pair)

    def _say(self, source):
        """What it goes on to send is taken, so that it gets to read the words."""
        source.sendall(self._words)
        while source.recv(65536):
            pass

    def _end(self, pair):
        self._pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
