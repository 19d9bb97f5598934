"""docs/crm.md: its snippets, taken from the page, are a program in each language, and each prints what the page says."""

import email.utils
import imaplib
import os
import re
import ssl
import subprocess
import sys

import pytest

from Servers import PASSWORD

from .conftest import DIST, ROOT

PAGE = (ROOT / "docs" / "crm.md").read_text()
MAIL = [
    ("Bob <bob@example.com>", "Our meeting", r"\Seen", "<b1@example.com>", 1_793_000_000),
    ("News <news@other.example>", "The news of the week", "", "<n1@other.example>", 1_793_100_000),
    ("Bob <bob@example.com>", "Where is my offer?", "", "<b2@example.com>", 1_793_200_000),
]


def snippets(language):
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    assert len(found) >= (1 if language == "text" else 12)
    return "\n".join(found)


def delivered(site, user, bob):
    """The mailbox that the page begins with."""
    box = imaplib.IMAP4("127.0.0.1", site.dovecot.imap)
    box.starttls(ssl.create_default_context(cafile=site.ca))
    box.login(user, PASSWORD)
    for sender, subject, flags, message_id, date in MAIL:
        listed = "List-Id: <news.other.example>\r\nPrecedence: bulk\r\n" if "news" in sender else ""
        box.append("INBOX", flags, imaplib.Time2Internaldate(date), (
            f"From: {sender.replace('bob@example.com', bob)}\r\nTo: {user}@test.example\r\nSubject: {subject}\r\n{listed}"
            f"Date: {email.utils.formatdate(date)}\r\nMessage-ID: {message_id}\r\n\r\nHello.\r\n").encode())
    box.logout()


def settled(code, site, user, bob):
    """The page's program with the test site's servers and people in place of the page's."""
    for old, new in (
        ("imap.example.com", "127.0.0.1"), ("smtp.example.com", "127.0.0.1"),
        ("993", str(site.dovecot.imaps)), ("587", str(site.postfix.submission)),
        ("ann@example.com", f"{user}@test.example"), ("bea@example.com", f"{user}-bea@test.example"),
        ("bob@example.com", bob), ("nobody@example.com", f"nobody-{user}@test.example"),
        ('"secret"', f'"{PASSWORD}"'), ("'secret'", f"'{PASSWORD}'"),
        # The test's authority is not the system's.
        (r"{\"key_file\": 1}", rf"{{\"key_file\": 1, \"ca_file\": \"{site.ca}\"}}"),
        ("key_file=True", f'key_file=True, ca_file="{site.ca}"'), ("'key_file' => 1", f"'key_file' => 1, 'ca_file' => '{site.ca}'"),
    ):
        code = code.replace(old, new)
    return code


def in_c(code, folder):
    (folder / "crm.c").write_text(code)
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "mailroom"], env={**os.environ, "PKG_CONFIG_PATH": str(DIST / "lib" / "pkgconfig")},
        capture_output=True, text=True, check=True).stdout.split()
    built = subprocess.run(
        ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "crm.c", "-o", "crm", *flags, f"-Wl,-rpath,{DIST / 'lib'}"],
        cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return ["./crm"]


def in_python(code, folder):
    (folder / "crm.py").write_text(
        f"import sys; sys.path.insert(0, {str(ROOT / 'bindings' / 'python')!r})\n"
        f"import mailroom; mailroom.load({str(DIST / 'lib' / 'libmailroom.so.1')!r})\n" + code)
    return [sys.executable, "crm.py"]


def in_php(code, folder):
    (folder / "crm.php").write_text(
        f"<?php\nrequire '{ROOT}/bindings/php/autoload.php';\n"
        f"Mailroom\\Library::load('{DIST}/lib/libmailroom.so.1');\n" + code)
    return ["php", "-d", "ffi.enable=1", "crm.php"]


@pytest.mark.parametrize("language, program", [("c", in_c), ("python", in_python), ("php", in_php)])
def test_the_page_as_a_program(language, program, site, user, tmp_path):
    bob = f"bob-{user}@test.example"
    delivered(site, user, bob)
    site.postfix.accept(bob)
    site.postfix.refuse(f"nobody-{user}@test.example")
    line = program(settled(snippets(language), site, user, bob), tmp_path)
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == snippets("text").splitlines()
    assert done.stderr == ""
