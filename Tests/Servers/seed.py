"""Realistic messages, the same ones at each call: threads of five, text and HTML, subjects in several scripts, every
twentieth with an attachment; put into a mailbox by IMAP's MULTIAPPEND (RFC 3502)."""

import base64
import email.header
import random
import socket
import time

FIRST_DATE = 1_700_000_000
_WORDS = (
    "invoice meeting report budget launch review contract travel update schedule question answer team project release"
).split()
_PHRASES = [
    "Angebot für März", "Réunion de l'équipe", "会議の議事録", "Отчёт за квартал", "Ζητήματα συμβολαίου",
    "Presupuesto señalado", "تقرير المشروع", "Zażółć gęślą jaźń", "🚀 launch plan",
]


def sender(number):
    return f"p{number % 211}@seed.example"


def subject(number):
    """The decoded subject of message `number`."""
    thread = number // 5
    if thread % 4 == 3:
        words = f"{_PHRASES[thread % len(_PHRASES)]} {thread}"
    else:
        words = f"{_WORDS[thread % 15]} {_WORDS[thread * 7 % 15]} {thread}"
    return ("Re: " if number % 5 else "") + words


def message_id(number):
    return f"m{number}@seed.example"


def has_attachment(number):
    return number % 20 == 0


def is_seen(number):
    return number % 3 != 0


def message(number):
    """The bytes of message `number`, with CRLF."""
    chance = random.Random(number)
    text = " ".join(chance.choices(_WORDS, k=120))
    text = "\r\n".join(text[at:at + 70] for at in range(0, len(text), 70)) + f"\r\n\r\nGrüße, Person {number % 211}\r\n"
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(FIRST_DATE + number * 60))
    title = subject(number)
    if not title.isascii():
        title = email.header.Header(title, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    head = [
        f'From: "Person {number % 211}" <{sender(number)}>', "To: Ann Example <ann@test.example>",
        f"Subject: {title}", f"Date: {date}", f"Message-ID: <{message_id(number)}>"]
    if number % 5:
        head += [
            f"In-Reply-To: <{message_id(number - 1)}>",
            f"References: <{message_id(number - number % 5)}>\r\n <{message_id(number - 1)}>"]
    head += ["MIME-Version: 1.0"]
    body = (
        'Content-Type: multipart/alternative; boundary="alternative"\r\n\r\n'
        "--alternative\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{text}\r\n--alternative\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + _base64(f"<html><body><p>{text}</p></body></html>".encode()) + "--alternative--\r\n")
    if has_attachment(number):
        content = chance.randbytes(20_480)
        body = (
            f'Content-Type: multipart/mixed; boundary="mixed"\r\n\r\n--mixed\r\n{body}\r\n--mixed\r\n'
            f'Content-Type: application/pdf; name="file {number}.pdf"\r\n'
            f'Content-Disposition: attachment; filename="file {number}.pdf"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n" + _base64(content) + "--mixed--\r\n")
    return ("\r\n".join(head) + "\r\n" + body).encode()


def large_message(megabytes=60, name="large"):
    """One message with an attachment that makes it this large on the wire."""
    head = (
        f"From: Large <large@seed.example>\r\nTo: Ann Example <ann@test.example>\r\nSubject: {name} attachment\r\n"
        f"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nMessage-ID: <{name}-{megabytes}@seed.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="mixed"\r\n\r\n--mixed\r\nContent-Type: text/plain\r\n\r\n'
        'See the attachment.\r\n--mixed\r\nContent-Type: application/octet-stream; name="large.bin"\r\n'
        'Content-Disposition: attachment; filename="large.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n').encode()
    piece = _base64(random.Random(60).randbytes(57 * 1024)).encode()
    count = max(0, megabytes * 1024 * 1024 - len(head)) // len(piece)
    return head + piece * count + b"--mixed--\r\n"


def _base64(content):
    return base64.encodebytes(content).decode().replace("\n", "\r\n")


class Appender:
    """A plain IMAP connection that puts messages into a mailbox, many a command."""

    def __init__(self, port, user, password="pass"):
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._replies = self._socket.makefile("rb")
        self._replies.readline()
        self._command(f"LOGIN {user} {password}".encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def create(self, mailbox):
        self._command(f'CREATE "{mailbox}"'.encode())

    def append(self, messages, mailbox="INBOX", together=200):
        """messages: pairs of bytes and number; the number gives the flags and the date."""
        pending = []
        for content, number in messages:
            flags = r"\Seen" if is_seen(number) else ""
            date = time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(FIRST_DATE + number * 60))
            pending.append(f' ({flags}) "{date}" {{{len(content)}+}}\r\n'.encode() + content)
            if len(pending) == together:
                self._append(mailbox, pending)
                pending = []
        if pending:
            self._append(mailbox, pending)

    def _append(self, mailbox, pending):
        self._command(f'APPEND "{mailbox}"'.encode() + b"".join(pending))

    def store(self, mailbox, uids, action):
        """Flags: `action` is as `+FLAGS (\\Seen)`; EXPUNGE follows where \\Deleted was set."""
        self._command(f'SELECT "{mailbox}"'.encode())
        self._command(f"UID STORE {uids} {action}".encode())
        if "Deleted" in action:
            self._command(b"EXPUNGE")

    def _command(self, command):
        self._socket.sendall(b"s " + command + b"\r\n")
        while True:
            line = self._replies.readline()
            if not line:
                raise ConnectionError("the server hung up while it was seeded")
            if line.startswith(b"s "):
                if not line.startswith(b"s OK"):
                    raise RuntimeError(f"{command[:60]!r}: {line!r}")
                return


def fill(port, user, count, mailbox="INBOX", first=0):
    """Puts messages first ... first + count - 1 into the mailbox."""
    with Appender(port, user) as appender:
        appender.append(((message(number), number) for number in range(first, first + count)), mailbox)
