"""Servers that misbehave on purpose: scripted IMAP and SMTP, and a proxy that spoils the talk with a real server.

Each serves on `port` of 127.0.0.1 from threads of this process until `stop`, and counts in `reached` how often the
fault was come to, so that a test can tell that it tested something."""

import re
import socket
import ssl
import threading
import time

from .server import Server


class Faulty(Server):
    """Accepts connections and gives each to `talk` on a thread of its own."""

    def __init__(self):
        self.reached = 0
        self.accepted = 0
        self._open = set()
        self._over = threading.Event()
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(50)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._over.set()
        # Closing alone does not wake an accept.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        for connection in list(self._open):
            self._cut(connection)

    def hang(self):
        """Says nothing more, and keeps the connection, until the server is stopped."""
        self.reached += 1
        self._over.wait()

    def talk(self, connection):
        raise NotImplementedError

    def _accept(self):
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self.talk(connection)
        except (OSError, ValueError):
            pass
        finally:
            self._open.discard(connection)
            self._cut(connection)

    @staticmethod
    def _cut(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()


class Line:
    """Lines in and out over a socket that may become TLS underway."""

    def __init__(self, connection):
        self.connection = connection
        self._in = connection.makefile("rb")

    def read(self):
        line = self._in.readline(1 << 20)
        if not line:
            raise ConnectionError("the client hung up")
        return line.rstrip(b"\r\n").decode("utf-8", "replace")

    def write(self, *lines):
        self.connection.sendall("".join(line + "\r\n" for line in lines).encode())

    def start_tls(self, pair):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self._in = self.connection.makefile("rb")


class FaultyImap(Faulty):
    """An IMAP server that goes wrong before there is any mail. fault is one of

    silent             accepts and never greets
    garbage            greets with what is no IMAP
    bye                greets with BYE and a reason
    hang_login         never answers LOGIN or AUTHENTICATE
    refuse_login       NO [AUTHENTICATIONFAILED] with words of its own
    no_starttls        does not offer STARTTLS
    starttls_refused   offers it, and answers NO
    starttls_injection answers OK and, in the same packet, a line that a TLS client must not believe

    implicit: a pair of the `Pki` makes it TLS from the first byte."""

    def __init__(self, fault, *, implicit=None, certificate=None):
        self.fault, self.implicit, self.certificate = fault, implicit, certificate
        super().__init__()

    def talk(self, connection):
        if self.fault == "silent":
            return self.hang()
        line = Line(connection)
        if self.implicit:
            line.start_tls(self.implicit)
        if self.fault == "garbage":
            self.reached += 1
            return line.write("HTTP/1.1 400 Bad Request", "", "this is no mail server")
        if self.fault == "bye":
            self.reached += 1
            return line.write("* BYE Too many connections, come back at noon")
        line.write("* OK Scripted server ready.")
        while True:
            tag, _, rest = line.read().partition(" ")
            verb = rest.split(" ")[0].upper()
            if verb == "CAPABILITY":
                offer = "" if self.fault == "no_starttls" or self.implicit else " STARTTLS"
                line.write(f"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN{offer}", f"{tag} OK done")
            elif verb == "STARTTLS" and self.fault == "starttls_refused":
                self.reached += 1
                line.write(f"{tag} NO TLS is out of order today")
            elif verb == "STARTTLS" and self.fault == "starttls_injection":
                self.reached += 1
                line.write(f"{tag} OK begin", "* PREAUTH injected before the handshake")
            elif verb == "STARTTLS" and self.certificate:
                line.write(f"{tag} OK begin")
                line.start_tls(self.certificate)
            elif verb in ("LOGIN", "AUTHENTICATE"):
                if self.fault == "hang_login":
                    return self.hang()
                self.reached += 1
                line.write(f"{tag} NO [AUTHENTICATIONFAILED] Scripted refusal: ask your administrator")
            elif verb == "LOGOUT":
                return line.write("* BYE logging out", f"{tag} OK done")
            else:
                line.write(f"{tag} BAD not in this script")


class FaultySmtp(Faulty):
    """A submission server that takes any login with the password `pass`, and whose faults are in the recipients:

    refuse-*  550 5.1.1 at RCPT          defer-*   451 4.3.0 at RCPT        spam-*    554 5.7.1 after the dot
    drop-*    hangs up after the dot     silent-*  never answers the dot    drop-data-*  hangs up within DATA
    once-*    450 4.2.0 the first time, then taken

    fault: as of `FaultyImap` (silent, garbage, starttls_refused, starttls_injection, hang_login), or None.
    `messages` has what was taken: sender, recipients, bytes."""

    def __init__(self, fault=None, *, certificate=None):
        self.fault, self.certificate = fault, certificate
        self.messages = []
        self._seen = set()
        super().__init__()

    def talk(self, connection):
        if self.fault == "silent":
            return self.hang()
        line = Line(connection)
        if self.fault == "garbage":
            self.reached += 1
            return line.write("* OK this speaks another protocol")
        line.write("220 scripted.test.example ESMTP")
        sender, recipients, secure = "", [], False
        while True:
            text = line.read()
            verb = text.split(" ")[0].upper()
            if verb in ("EHLO", "HELO"):
                offers = ["PIPELINING", "SIZE 104857600", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
                if not secure and (self.certificate or self.fault in ("starttls_refused", "starttls_injection")):
                    offers.append("STARTTLS")
                offers.append("AUTH PLAIN LOGIN")
                line.write("250-scripted.test.example", *(f"250-{offer}" for offer in offers[:-1]), f"250 {offers[-1]}")
            elif verb == "STARTTLS":
                if self.fault == "starttls_refused":
                    self.reached += 1
                    line.write("454 4.7.0 TLS is out of order today")
                elif self.fault == "starttls_injection":
                    self.reached += 1
                    line.write("220 2.0.0 Ready", "250 2.0.0 injected before the handshake")
                else:
                    line.write("220 2.0.0 Ready")
                    line.start_tls(self.certificate)
                    secure = True
            elif verb == "AUTH":
                self._login(line, text)
            elif verb == "MAIL":
                sender, recipients = text[text.find("<") + 1:text.find(">")], []
                line.write("250 2.1.0 Ok")
            elif verb == "RCPT":
                self._recipient(line, text[text.find("<") + 1:text.find(">")], recipients)
            elif verb == "DATA":
                if not recipients:
                    line.write("554 5.5.1 No valid recipients")
                elif not self._data(line, sender, recipients):
                    return
            elif verb == "QUIT":
                return line.write("221 2.0.0 Bye")
            elif verb in ("RSET", "NOOP"):
                line.write("250 2.0.0 Ok")
            else:
                line.write("502 5.5.2 Not in this script")

    def _login(self, line, text):
        import base64

        if self.fault == "hang_login":
            return self.hang()
        words = text.split(" ")
        if words[1].upper() == "PLAIN":
            if len(words) < 3:
                line.write("334 ")
                words.append(line.read())
            password = base64.b64decode(words[2]).split(b"\0")[-1]
        else:
            if len(words) < 3:
                line.write("334 VXNlcm5hbWU6")
                line.read()
            line.write("334 UGFzc3dvcmQ6")
            password = base64.b64decode(line.read())
        line.write("235 2.7.0 Accepted" if password == b"pass" else "535 5.7.8 Username and Password not accepted")

    def _recipient(self, line, address, recipients):
        if address.startswith("refuse-"):
            self.reached += 1
            line.write("550 5.1.1 The mailbox that you tried to reach does not exist")
        elif address.startswith("defer-") or (address.startswith("once-") and address not in self._seen):
            self.reached += 1
            self._seen.add(address)
            line.write("451 4.3.0 Busy, try again later")
        else:
            recipients.append(address)
            line.write("250 2.1.5 Ok")

    def _data(self, line, sender, recipients):
        """False where the connection is over."""
        line.write("354 End with a line of one dot")
        content = []
        fault = next((re.match(r"drop-data|drop|silent|spam", r) for r in recipients
                      if re.match(r"(drop-data|drop|silent|spam)-", r)), None)
        fault = fault.group() if fault else None
        while (text := line.read()) != ".":
            if fault == "drop-data":
                self.reached += 1
                return False
            content.append(text[1:] if text.startswith(".") else text)
        if fault == "spam":
            self.reached += 1
            line.write("554 5.7.1 Message rejected due to content")
            return True
        self.messages.append((sender, list(recipients), "\r\n".join(content).encode()))
        if fault == "drop":
            self.reached += 1
            return False
        if fault == "silent":
            self.hang()
            return False
        line.write("250 2.0.0 Ok: queued as SCRIPTED")
        return True


class Proxy(Faulty):
    """Stands before a real server and speaks plain text with both sides.

    hang_at: a pattern; the first client line that has it, and all after it, is not passed on.
    hold_at: the same, but `release` lets it pass, and all that follows on every connection.
    cut_at: a pattern; at the first such client line both sides are cut.
    cut_literal: the server's first literal of at least so many bytes is cut in its middle.
    Set any to None to let things pass again."""

    def __init__(self, target, *, hang_at=None, hold_at=None, cut_at=None, cut_literal=None):
        self.target, self.hang_at, self.hold_at = target, hang_at, hold_at
        self.cut_at, self.cut_literal = cut_at, cut_literal
        self._released = threading.Event()
        super().__init__()

    def release(self):
        self.hold_at = None
        self._released.set()

    def talk(self, connection):
        with socket.create_connection(("127.0.0.1", self.target), 10) as server:
            server.settimeout(None)
            self._open.add(server)
            back = threading.Thread(target=self._downstream, args=(server, connection), daemon=True)
            back.start()
            try:
                self._upstream(connection, server)
            finally:
                self._open.discard(server)
                self._cut(server)
                back.join()

    def _upstream(self, client, server):
        while data := client.recv(65536):
            for line in data.split(b"\r\n"):
                if self.hang_at and re.search(self.hang_at.encode(), line):
                    return self.hang()
                if self.hold_at and re.search(self.hold_at.encode(), line):
                    self.reached += 1
                    self._released.wait()
                if self.cut_at and re.search(self.cut_at.encode(), line):
                    self.reached += 1
                    return
            server.sendall(data)

    def _downstream(self, server, client):
        try:
            while data := server.recv(65536):
                if self.cut_literal:
                    for match in re.finditer(rb"\{(\d+)\}\r\n", data):
                        if int(match.group(1)) >= self.cut_literal:
                            self.reached += 1
                            client.sendall(data[:match.end() + int(match.group(1)) // 2])
                            return
                client.sendall(data)
        except OSError:
            pass
        finally:
            self._cut(client)


class Unanswered(Proxy):
    """Passes on the end of the content, and nothing that is said after it: the message is taken, and nobody hears of it."""

    def __init__(self, target):
        self.deaf = False
        super().__init__(target)

    def _upstream(self, client, server):
        while data := client.recv(65536):
            if data == b".\r\n" or data.endswith(b"\r\n.\r\n"):
                self.deaf = True
                self.reached += 1
                server.sendall(data)
                time.sleep(1.5)
                return
            server.sendall(data)

    def _downstream(self, server, client):
        try:
            while data := server.recv(65536):
                if not self.deaf:
                    client.sendall(data)
        except OSError:
            pass
        finally:
            self._cut(client)
