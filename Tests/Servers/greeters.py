"""Servers that a settings search connects to: they greet, say what they can do, begin TLS, and take no login. Of each it is kept
what was said to it: nobody may have said anything that names a mailbox."""

import ssl

from .faulty import Faulty, Line

CAPABILITIES = {"imap": "IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2", "pop3": "USER\r\nSASL PLAIN", "smtp": "AUTH PLAIN LOGIN"}


class Greeter(Faulty):
    """kind: imap, pop3 or smtp. certificate: a pair of the Pki. tls: implicit, starttls (offered), or none.

    greeting: said in the place of the usual one. offers: whether STARTTLS is offered; answer(command) may give another
    answer to a command, or None for the usual one."""

    def __init__(self, kind, certificate=None, tls="implicit", greeting=None, offers=True, answer=None):
        self.kind, self.tls, self.greeting, self.offers = kind, tls, greeting, offers
        self.certificate = certificate
        self.answer = answer or (lambda command: None)
        self.said = []
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        super().__init__()

    def talk(self, connection):
        if self.tls == "implicit":
            connection = self.context.wrap_socket(connection, server_side=True)
            self._open.add(connection)
        usual = {"imap": "* OK ready", "pop3": "+OK ready", "smtp": "220 mx.test.example ESMTP"}[self.kind]
        line = Line(connection)
        greeting = self.greeting or usual
        if greeting == "HANG":
            return self.hang()
        line.write(greeting)
        encrypted = self.tls == "implicit"
        while True:
            command = line.read()
            self.said.append(command)
            answer = self.answer(command)
            if answer == "HANG":
                return self.hang()
            if answer is not None:
                line.write(answer)
                continue
            words = command.split(" ")
            verb = (words[1] if self.kind == "imap" and len(words) > 1 else words[0]).upper()
            line.write(self._usual(verb, words[0], encrypted))
            if verb in ("STARTTLS", "STLS") and not encrypted:
                line.start_tls(self.certificate)
                self._open.add(line.connection)
                encrypted = True
            if verb in ("LOGOUT", "QUIT"):
                return

    def _usual(self, verb, tag, encrypted):
        begins = self.offers and not encrypted
        if self.kind == "imap":
            if verb == "CAPABILITY":
                return f"* CAPABILITY {CAPABILITIES['imap']}{' STARTTLS' if begins else ''}\r\n{tag} OK done"
            return f"{tag} OK done"
        if self.kind == "pop3":
            if verb == "CAPA":
                return f"+OK\r\n{CAPABILITIES['pop3']}{chr(13) + chr(10) + 'STLS' if begins else ''}\r\n."
            return "+OK"
        if verb == "EHLO":
            return f"250-mx.test.example\r\n{'250-STARTTLS' + chr(13) + chr(10) if begins else ''}250 {CAPABILITIES['smtp']}"
        return "220 go on" if verb == "STARTTLS" else "221 bye"
