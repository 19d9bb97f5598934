"""A submission server whose every answer is the test's own: what it says at each stage, whether it hangs, where within an
answer it hangs up; it counts what it took."""

import base64
import collections
import threading

from .faulty import Faulty, Line

STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "dot")
OFFERS = ("PIPELINING", "SIZE 104857600", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN")


class Hang:
    """Instead of an answer: nothing more, and the connection stays open."""


class Cut:
    """Instead of an answer: its first so many octets, and the connection is over. taken: at the dot, the message counts."""

    def __init__(self, answer="", octets=0, *, taken=False):
        self.answer, self.octets, self.taken = answer, octets, taken


class Gone:
    """Instead of an answer to the dot: the message is taken, and 250 is said when the client is not there any more."""


class Talk:
    """One connection, for whoever decides on the answers: its number from 1, the line that was read last, and the envelope."""

    def __init__(self, number, line):
        self.number, self.line = number, line
        self.text, self.sender, self.recipients, self.content = "", None, [], b""

    @property
    def address(self):
        """What stands between < and > in the line."""
        return self.text[self.text.find("<") + 1:self.text.find(">")]


class ScriptedSmtp(Faulty):
    """answer(stage, talk) gives what is said at a stage: a line, several lines (a list), `Hang`, `Cut` or `Gone`; or None for the
    usual answer. A message is taken where the answer to its dot begins with 2.

    watch(stage, talk) is told of each stage as it is come to, of `content` for every line of the content, of `taken` when
    a message counts, and of `answered` when that was said as well.

    `password` is the one that it takes; `messages` has what was taken (sender, recipients, bytes), and `taken` how often each recipient got one."""

    def __init__(self, answer=None, *, watch=None, offers=OFFERS):
        self.answer = answer or (lambda stage, talk: None)
        self.watch = watch or (lambda stage, talk: None)
        self.offers = offers
        self.password = b"pass"
        self.messages, self.taken, self.seen = [], collections.Counter(), collections.Counter()
        self._counting = threading.Lock()
        super().__init__()

    def talk(self, connection):
        line = Line(connection)
        with self._counting:
            talk = Talk(self.accepted, line)
        if not self._say("connect", talk, "220 scripted.test.example ESMTP"):
            return
        while True:
            talk.text = line.read()
            verb = talk.text.split(" ")[0].upper()
            if verb in ("EHLO", "HELO"):
                lines = ["scripted.test.example", *self.offers]
                going = self._say(
                    "ehlo", talk, [f"250-{text}" for text in lines[:-1]] + [f"250 {lines[-1]}"])
            elif verb == "AUTH":
                going = self._login(talk)
            elif verb == "MAIL":
                talk.sender, talk.recipients = talk.address, []
                going = self._say("mail", talk, "250 2.1.0 Ok")
                if going != "2":
                    talk.sender = None
            elif verb == "RCPT":
                going = self._recipient(talk)
            elif verb == "DATA":
                going = self._data(talk)
            elif verb == "QUIT":
                self._say("quit", talk, "221 2.0.0 Bye")
                return
            elif verb in ("RSET", "NOOP"):
                going = self._say(verb.lower(), talk, "250 2.0.0 Ok")
            else:
                going = self._say("other", talk, "502 5.5.2 Not in this script")
            if not going:
                return

    def _say(self, stage, talk, usual, decided=None):
        """False where the connection is over; else the reply's first digit."""
        answer = decided
        if answer is None:
            self._come_to(stage, talk)
            answer = self.answer(stage, talk)
        if answer is None:
            answer = usual
        else:
            self.reached += 1
        if isinstance(answer, Hang) or answer is Hang:
            self._over.wait()
            return False
        lines = answer.answer if isinstance(answer, Cut) else answer
        lines = [lines] if isinstance(lines, str) else lines
        octets = "".join(text + "\r\n" for text in lines).encode()
        if isinstance(answer, Cut):
            talk.line.connection.sendall(octets[:answer.octets])
            return False
        talk.line.connection.sendall(octets)
        # A server that says 421 is gone.
        return False if lines[-1].startswith("421") else lines[0][:1]

    def _come_to(self, stage, talk):
        with self._counting:
            self.seen[stage] += 1
        self.watch(stage, talk)

    def _login(self, talk):
        words = talk.text.split(" ")
        self._come_to("auth", talk)
        answer = self.answer("auth", talk)
        if answer is None:
            if words[1].upper() == "PLAIN":
                if len(words) < 3:
                    talk.line.write("334 ")
                    words.append(talk.line.read())
                password = base64.b64decode(words[2]).split(b"\0")[-1]
            else:
                if len(words) < 3:
                    talk.line.write("334 VXNlcm5hbWU6")
                    talk.line.read()
                talk.line.write("334 UGFzc3dvcmQ6")
                password = base64.b64decode(talk.line.read())
            if password != self.password:
                answer = "535 5.7.8 Username and Password not accepted"
        return self._say("auth", talk, "235 2.7.0 Accepted", answer or "235 2.7.0 Accepted")

    def _recipient(self, talk):
        address = talk.address
        if talk.sender is None:
            return self._say("rcpt", talk, "", "503 5.5.1 MAIL first")
        first = self._say("rcpt", talk, "250 2.1.5 Ok")
        if first == "2":
            talk.recipients.append(address)
        return first

    def _data(self, talk):
        if not talk.recipients:
            return self._say("data", talk, "", "554 5.5.1 No valid recipients")
        first = self._say("data", talk, "354 End with a line of one dot")
        if first != "3":
            return first
        content = []
        while (text := talk.line.read()) != ".":
            content.append(text[1:] if text.startswith(".") else text)
            self._come_to("content", talk)
        talk.content = "\r\n".join(content).encode()
        self._come_to("dot", talk)
        answer = self.answer("dot", talk)
        if isinstance(answer, Gone) or answer is Gone:
            self.reached += 1
            try:
                talk.line.read()
            except OSError:
                pass
            self._take(talk)
            talk.line.write("250 2.0.0 Ok: nobody listens")
            return False
        usual = "250 2.0.0 Ok: queued as SCRIPTED"
        lines = [answer] if isinstance(answer, str) else answer
        if answer is None or isinstance(lines, list) and lines[0].startswith("2") or getattr(answer, "taken", False):
            self._take(talk)
        first = self._say("dot", talk, usual, usual if answer is None else answer)
        if first == "2":
            self._come_to("answered", talk)
        talk.sender, talk.recipients = None, []
        return first

    def _take(self, talk):
        with self._counting:
            self.messages.append((talk.sender, list(talk.recipients), talk.content))
            self.taken.update(talk.recipients)
        self._come_to("taken", talk)
