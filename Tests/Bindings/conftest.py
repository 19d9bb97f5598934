"""The bindings and the tool, over the built library.

`make dist` builds what is tested; MAILROOM_DIST names another folder like it. Nothing here knows the library's inside: every
test goes through the tool, or through a program in C, C++, Python or PHP.

Tests that take `mail` run twice: over the Maildir provider, which needs no network, and against a real Dovecot and
Postfix, which need root (Tests/Servers).
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
DIST = pathlib.Path(os.environ.get("MAILROOM_DIST", ROOT / "dist")).resolve()
LIBRARY = DIST / "lib" / "libmailroom.so.1"
TOOL = DIST / "bin" / "mailroom"

MESSAGES = [
    b"From: Ann <ann@example.com>\r\nTo: me@example.com\r\nSubject: First\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <one@example.com>\r\n\r\nHello.\r\n",
    b"From: =?utf-8?q?J=C3=BCrgen?= <juergen@example.com>\r\nTo: me@example.com, Bob <bob@example.com>\r\n"
    b"Subject: =?utf-8?b?5pel5pys6Kqe44Gu5Lu25ZCN?=\r\nDate: Mon, 02 Nov 2026 11:00:00 +0000\r\n"
    b"Message-ID: <two@example.com>\r\nIn-Reply-To: <one@example.com>\r\nReferences: <one@example.com>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=BC=C3=9Fe\r\n",
    b"From: Eve <eve@example.com>\r\nTo: me@example.com\r\n"
    b"Subject: =?utf-8?q?=1B]0;owned=07_evil_=C2=9B31m?=\r\nDate: Mon, 02 Nov 2026 12:00:00 +0000\r\n"
    b"Message-ID: <three@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge\r\n\r\n"
    b"--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nClear \x1b[2J the screen \xe2\x80\xaeback\r\n"
    b"--edge\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"a\x1b[31m.bin\"\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--edge--\r\n",
]


def pytest_collection_modifyitems(items):
    """Nothing can be tested that is not built, and a test that needs no build says so."""
    if LIBRARY.is_file():
        return
    skip = pytest.mark.skip(reason=f"{LIBRARY} is not built: run make dist, or name a folder by MAILROOM_DIST")
    for item in items:
        if "headers_alone" not in item.keywords:
            item.add_marker(skip)


def pytest_configure(config):
    config.addinivalue_line("markers", "headers_alone: needs no built library")


def maildir(path):
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    return path


def deliver(path, message, number):
    """As a mail server does: into tmp, then into new."""
    name = f"17620{number:05}.M{number}P1.test"
    (path / "tmp" / name).write_bytes(message)
    (path / "tmp" / name).rename(path / "new" / name)


class Mailroom:
    """The tool with one store, and the programs in other languages."""

    def __init__(self, folder):
        self.folder = folder
        self.store = folder / "crm.db"
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def run(self, *words, input="", expected=0, store=True, environment=None, timeout=60):
        """The finished process of `mailroom --store FILE words...`, its output as text; another exit status than
        `expected` fails, unless that is None."""
        before = ["--store", str(self.store)] if store else []
        done = subprocess.run(
            [str(TOOL), *before, *map(str, words)], input=input.encode(), capture_output=True, timeout=timeout,
            env={**self.environment, **(environment or {})}, cwd=self.folder)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        assert expected is None or done.returncode == expected, (
            f"mailroom {' '.join(map(str, words))}: exit status {done.returncode}, expected {expected}\n"
            f"{done.stdout}{done.stderr}")
        return done

    def ask(self, *words, **options):
        """The one JSON document that --json prints."""
        return json.loads(self.run(*words, "--json", **options).stdout)

    @contextlib.contextmanager
    def worker(self):
        """`mailroom run`, ready; at the end SIGTERM must end it well."""
        process = subprocess.Popen(
            [str(TOOL), "--store", str(self.store), "run"], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=self.environment, cwd=self.folder)
        try:
            assert process.stdout.readline().startswith("ready: ")
            yield process
            process.terminate()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()


class MaildirMail:
    """A mailbox in a directory; what is sent goes into another one. once@... is refused the first time."""

    kind = "maildir"
    good = "bob@example.com"
    bad = "once@example.com"
    password = ""

    def __init__(self, folder):
        self.path = maildir(folder / "Maildir")
        self.outbox = maildir(folder / "outbox")
        for number, message in enumerate(MESSAGES):
            deliver(self.path, message, number)
        self.count = len(MESSAGES)
        self.address = "me@example.com"
        self.account = {
            "address": self.address, "provider": "maildir", "path": str(self.path), "outbox": str(self.outbox)}
        self.options = ["--provider", "maildir", "--set", f"path={self.path}", "--set", f"outbox={self.outbox}"]

    def mend(self):
        """What an administrator does between the failure and Resend: here the provider itself accepts now."""

    def arrived(self):
        return sum(1 for name in ("cur", "new") for _ in (self.outbox / name).iterdir())


class ServerMail:
    """A mailbox on a real Dovecot, sending through a real Postfix."""

    kind = "servers"
    count = 25

    def __init__(self, site, number):
        from Servers import PASSWORD

        self.site = site
        self.address = f"user{number}@test.example"
        self.good = f"good{number}@test.example"
        self.bad = f"bad{number}@test.example"
        self.password = PASSWORD
        site.fill(self.address, self.count)
        site.postfix.refuse(self.bad)
        self.account = {
            "address": self.address, "provider": "imap", "imap_host": "127.0.0.1", "imap_port": str(site.dovecot.imap),
            "imap_tls": "starttls", "smtp_host": "127.0.0.1", "smtp_port": str(site.postfix.submission),
            "smtp_tls": "starttls", "ca_file": site.ca, "password": PASSWORD}
        self.options = [
            "--imap", f"127.0.0.1:{site.dovecot.imap}", "--smtp", f"127.0.0.1:{site.postfix.submission}",
            "--tls", "starttls", "--ca", site.ca, "--password-stdin"]

    def mend(self):
        self.site.postfix.accept(self.bad)


@pytest.fixture(scope="session")
def site():
    if os.getuid() != 0:
        pytest.skip("Dovecot and Postfix are started by root")
    try:
        from Servers import Site
    except ImportError as error:
        pytest.skip(f"Tests/Servers is not on the path: {error}")
    with Site() as running:
        yield running


_numbers = iter(range(1, 1_000_000))


@pytest.fixture(params=["maildir", "servers"])
def mail(request, tmp_path):
    if request.param == "maildir":
        return MaildirMail(tmp_path)
    return ServerMail(request.getfixturevalue("site"), next(_numbers))


@pytest.fixture
def box(tmp_path):
    """A mailbox that needs no network, for tests of what does not depend on the provider."""
    return MaildirMail(tmp_path)


@pytest.fixture
def mailroom(tmp_path):
    return Mailroom(tmp_path)


@pytest.fixture
def connected(mailroom, box):
    """The tool with one account, synced."""
    mailroom.run("connect", box.address, *box.options)
    mailroom.run("sync", box.address)
    return mailroom


@pytest.fixture(scope="session")
def library():
    """The Python package over the library under test: one library for the whole process."""
    import mailroom

    mailroom.load(LIBRARY)
    return mailroom


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """The examples and rows.c, compiled as C11 and as C++17 by the examples' own Makefile and by pkg-config."""
    build = tmp_path_factory.mktemp("programs")
    examples = tmp_path_factory.mktemp("examples")
    for source in (ROOT / "bindings" / "c" / "examples").iterdir():
        if source.is_file():
            shutil.copy(source, examples)
    shutil.copy(HERE / "rows.c", examples)
    done = subprocess.run(
        ["make", "-C", str(examples), "all", "cxx", "NAMES=status mainjob watch rows", f"BUILD={build}",
         f"PKG_CONFIG_PATH={DIST}/lib/pkgconfig"],
        capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return build
