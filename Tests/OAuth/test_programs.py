"""The two programs of docs/oauth.md, run as they stand there against the test's own issuer and mail server."""

import os
import pathlib
import re
import socket
import subprocess
import sys

from OAuth.conftest import DIST, ROOT, sign_in
from Servers import seed
from Servers.process import wait_until

PAGE = (pathlib.Path(ROOT) / "docs" / "oauth.md").read_text()


def program(language, replaced):
    code = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)[1]
    for old, new in replaced:
        assert old in code, old
        code = code.replace(old, new)
    return code


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_python_program(oauth, dovecot, servers, site, address, user, tmp_path):
    seed.fill(dovecot.imap, user, 2)
    port = str(free_port())
    settings = oauth.settings()
    given = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    where = ", ".join(f"{name}={value!r}" for name, value in servers.items())
    code = program("python", [
        ("ann@gmail.com", address), ('client_id="ID", client_secret="SECRET"', given), ('provider="gmail"', where), ("8765", port),
        ("key_file=True", f'key_file=True, ca_file="{site.ca}"')])
    process = subprocess.Popen(
        [sys.executable, "-c", f"import mailroom\nmailroom.load({str(DIST / 'lib/libmailroom.so.1')!r})\n{code}"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        assert "may close this page" in sign_in(url, follow=True)
        output, notes = process.communicate(timeout=60)
        assert process.returncode == 0, notes
        assert output.strip() == "oauth2 enabled 2"
    finally:
        process.kill()
        process.communicate()


def test_the_php_page(oauth, servers, site, address, store, room, tmp_path):
    port = free_port()

    def listed(fields):
        return ", ".join(f"'{name}' => '{value}'" for name, value in fields.items())

    code = program("php", [
        ("mailroom/autoload.php", f"{DIST}/share/mailroom/php/autoload.php"), ("'crm.db'", f"'{store}'"), ("ann@gmail.com", address),
        ("'provider' => 'gmail'", listed({**servers, "ca_file": site.ca})), ("'client_id' => 'ID', 'client_secret' => 'SECRET'", listed(oauth.settings())),
        ("https://crm.example.com/mailbox.php", f"http://127.0.0.1:{port}/mailbox.php")])
    (tmp_path / "mailbox.php").write_text(code)
    web = subprocess.Popen(
        ["php", "-d", "ffi.enable=1", "-S", f"127.0.0.1:{port}", "-t", str(tmp_path)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    worker = subprocess.Popen(
        [str(DIST / "bin" / "mailroom"), "--store", str(store), "run"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: answers(port))
        # The page sends the browser to the issuer, and that sends it back to the page.
        page = sign_in(f"http://127.0.0.1:{port}/mailbox.php", follow=True)
        assert page == "The mailbox is being connected.", page
        wait_until(lambda: (room.accounts().first() or {}).get("sync_health") == "ok")
        assert room.accounts().first().auth == "oauth2"
        # Come back with it again: what it says is for a person.
        assert "no authorization that was begun here" in sign_in(
            f"http://127.0.0.1:{port}/mailbox.php?state=x&code=y", follow=True)
    finally:
        for process in web, worker:
            process.terminate()
            process.wait(timeout=30)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
