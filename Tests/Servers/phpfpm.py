"""A real php-fpm, and a client that speaks FastCGI to it."""

import glob
import json
import os
import socket
import struct
import urllib.parse

from .process import Daemon, ServerError, wait_until
from .server import Program

_CONFIGURATION = """
[global]
error_log = {folder}/fpm.log
daemonize = no
[www]
user = root
group = root
listen = {socket}
pm = static
pm.max_children = {children}
catch_workers_output = yes
php_admin_value[error_log] = {folder}/php.log
php_admin_flag[log_errors] = on
"""


class PhpFpm(Program):
    """Serves scripts from `children` processes. ini: lines of php.ini beyond the system's own."""

    LOGS = ("fpm.log", "php.log", "output")

    def __init__(self, folder, ini, children=4):
        self.folder, self.socket = folder, f"{folder}/fpm.sock"
        programs = sorted(glob.glob("/usr/sbin/php-fpm*"))
        if not programs:
            raise ServerError("there is no php-fpm")
        with open(f"{folder}/php.ini", "w") as file:
            file.write(ini)
        with open(f"{folder}/fpm.conf", "w") as file:
            file.write(_CONFIGURATION.format(folder=folder, socket=self.socket, children=children))
        self.daemon = Daemon(
            [programs[-1], "-F", "-R", "-c", f"{folder}/php.ini", "-y", f"{folder}/fpm.conf"], f"{folder}/output")
        try:
            wait_until(lambda: os.path.exists(self.socket) or not self.daemon.alive(), 15, "php-fpm is up")
            if not self.daemon.alive():
                raise ServerError("php-fpm ended at once")
        except ServerError as error:
            self.daemon.stop()
            raise ServerError(f"{error}: {self.log()}") from None

    def get(self, script, **query):
        """The JSON that the script answers to these query fields."""
        text = self.request(script, urllib.parse.urlencode(query))
        _, _, body = text.partition(b"\r\n\r\n")
        try:
            return json.loads(body)
        except ValueError:
            raise ServerError(f"{script} answered {text[:2000]!r}\n{self.log()}") from None

    def request(self, script, query=""):
        """One request by FastCGI (its specification, sections 3 to 6): the answer with its header."""
        parameters = {
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "SCRIPT_FILENAME": script, "SCRIPT_NAME": script,
            "REQUEST_URI": script, "QUERY_STRING": query, "SERVER_PROTOCOL": "HTTP/1.1"}
        encoded = b"".join(
            struct.pack(">II", len(name) | 1 << 31, len(value.encode()) | 1 << 31) + name.encode() + value.encode()
            for name, value in parameters.items())
        output, errors = b"", b""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(self.socket)
            connection.sendall(
                self._record(1, struct.pack(">HB5x", 1, 0)) + self._record(4, encoded) + self._record(4, b"")
                + self._record(5, b""))
            with connection.makefile("rb") as replies:
                while head := replies.read(8):
                    _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", head)
                    content = replies.read(length)
                    replies.read(padding)
                    if kind == 6:
                        output += content
                    elif kind == 7:
                        errors += content
                    elif kind == 3:
                        break
        if errors:
            output += b"\n" + errors
        return output

    @staticmethod
    def _record(kind, content):
        return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content
