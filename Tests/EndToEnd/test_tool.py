"""The tool, and the shipped form: the demonstration, the smoke test, the worker, other places, installation."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

from Servers import scratch, seed, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "dist" / "bin" / "mailroom"


def tool(store, *words, given=None, program=TOOL, **options):
    return subprocess.run(
        [str(program), "--store", str(store), *words], input=given, capture_output=True, text=True, timeout=60, **options)


def connect(site, store, user, *words, password="pass\n"):
    return tool(
        store, "connect", f"{user}@test.example", "--imap", f"127.0.0.1:{site.dovecot.imap}", "--smtp",
        f"127.0.0.1:{site.postfix.submission}", "--tls", "starttls", "--ca", site.ca, "--password-stdin", *words,
        given=password)


@pytest.mark.limit(240)
def test_the_demonstration_is_as_it_says_and_leaves_no_process():
    # Servers that empty their environment name their folder.
    mark = scratch("demonstration")
    done = subprocess.run(
        [sys.executable, "-m", "Demo"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "Tests"), "TMPDIR": mark},
        capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "everything was as said" in done.stdout
    left = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            if mark.encode() in command + (entry / "environ").read_bytes():
                left.append(command)
        except OSError:
            continue
    assert left == []


def test_smoke_without_a_network():
    start = time.monotonic()
    done = subprocess.run(["unshare", "-n", str(TOOL), "smoke"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - start < 20


def test_it_runs_from_wherever_it_is_put(tmp_path):
    shutil.copytree(ROOT / "dist", tmp_path / "else where", symlinks=True)
    moved = tmp_path / "else where" / "bin" / "mailroom"
    # Nothing of the place where it was built is used: not even where it is still there.
    done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat,execve", str(moved), "smoke"],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert str(ROOT / "dist") not in done.stderr


def test_make_install(tmp_path):
    done = subprocess.run(
        ["make", "--no-print-directory", "install", f"DESTDIR={tmp_path}", "PREFIX=/opt/mail room"], cwd=ROOT,
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    prefix = tmp_path / "opt" / "mail room"
    assert subprocess.run([prefix / "bin" / "mailroom", "smoke"], capture_output=True, timeout=60).returncode == 0
    for name in (
        "lib/libmailroom.so.1", "lib/libmailroom.so", "lib/mailroom/plugins/mail.so", "lib/mailroom/plugins/mail.json",
        "lib/mailroom/plugins/maildir.so", "lib/mailroom/plugins/web.so", "lib/mailroom/plugins/web.json", "lib/pkgconfig/mailroom.pc", "include/mailroom.h",
        "include/mailroom_plugin.h", "include/mailroom_result.h", "share/mailroom/php",
    ):
        assert (prefix / name).exists(), name
    assert list((prefix / "share" / "mailroom").glob("mailroom-*.whl"))
    assert not (prefix / "debug").exists()
    for path in [prefix, *prefix.rglob("*")]:
        if not path.is_symlink():
            assert path.stat().st_mode & 0o022 == 0, f"{path} may be written by others"


def test_pkg_config_finds_it_where_it_is(tmp_path):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(ROOT / "dist" / "lib" / "pkgconfig")}
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "mailroom"], env=environment, capture_output=True, text=True, check=True)
    (tmp_path / "a.c").write_text(
        '#include <mailroom.h>\n#include <stdio.h>\nint main(void) { puts(mr_version()); return mr_abi() >> 16 != 1; }\n')
    subprocess.run(
        ["gcc", "-std=c99", "-pedantic", "-Wall", "-Werror", "a.c", "-o", "a", *flags.stdout.split()], cwd=tmp_path,
        check=True)
    subprocess.run(
        [tmp_path / "a"], env={"LD_LIBRARY_PATH": str(ROOT / "dist" / "lib")}, check=True, capture_output=True)


def test_what_the_library_links():
    allowed = {
        "libssl.so.3", "libcrypto.so.3", "libsqlite3.so.0", "libffi.so.8", "libjansson.so.4", "libexpat.so.1", "libz.so.1",
        "libidn2.so.0", "libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
    for name in ("lib/libmailroom.so.1", *(f"lib/mailroom/plugins/{one}.so" for one in ("mail", "maildir", "web"))):
        path = ROOT / "dist" / name
        dynamic = subprocess.run(["readelf", "-dW", path], capture_output=True, text=True, check=True).stdout
        needed = {line.split("[")[1].rstrip("]") for line in dynamic.splitlines() if "(NEEDED)" in line}
        assert needed <= allowed, f"{name}: {needed - allowed}"
        assert "NODELETE" in dynamic, name
        assert "BIND_NOW" in dynamic or "NOW" in dynamic, name
        assert path.stat().st_size < 10_000_000, name
        shown = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
        names = {line.split()[-1].split("@")[0] for line in shown.splitlines()}
        if name.startswith("lib/mailroom/"):
            assert names == {"mr_plugin_init_1"}, name
        else:
            assert all(symbol.startswith("mr_") for symbol in names), names
    soname = subprocess.run(
        ["readelf", "-dW", ROOT / "dist/lib/libmailroom.so.1"], capture_output=True, text=True).stdout
    assert "[libmailroom.so.1]" in soname
    assert (ROOT / "dist" / "debug" / "libmailroom.so.1.0.0.debug").exists()


def test_exit_statuses_and_json(site, store, user):
    done = connect(site, store, user, "--json", password="wrong\n")
    assert done.returncode == 4, done.stderr
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "MR_E_AUTH" and error["advice"] and "Authentication failed" in error["server_text"]
    assert "wrong" not in done.stdout + done.stderr
    status = json.loads(tool(store, "status", f"{user}@test.example", "--json").stdout)
    assert status["state"] == "error"
    done = tool(store, "reconnect", f"{user}@test.example", "--password-stdin", given="pass\n")
    assert done.returncode == 0, done.stderr
    assert tool(store, "status", "nobody@test.example").returncode == 3
    assert tool(store, "show", "not-a-number").returncode == 2
    assert tool(store.parent / "absent.db", "status").returncode == 3
    done = tool(store, "sync", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)[0]["address"] == f"{user}@test.example"


def test_a_port_that_wants_tls_at_once_is_told_soon(site, store, user):
    """The kind of TLS was only guessed: the wait for a greeting is short, and says which option to try."""
    started = time.monotonic()
    done = tool(
        store, "connect", f"{user}@test.example", "--imap", f"127.0.0.1:{site.dovecot.imaps}", "--ca", site.ca,
        "--password-stdin", given="pass\n")
    assert done.returncode == 5, done.stderr
    assert time.monotonic() - started < 30
    assert "->" in done.stderr and "--imap-tls implicit" in done.stderr.split("->")[1], done.stderr
    done = tool(store, "reconnect", f"{user}@test.example", "--imap-tls", "implicit")
    assert done.returncode == 0, done.stderr


def test_another_protocol_on_the_port_is_named(site, store, user):
    wrong = f"127.0.0.1:{site.postfix.submission}"
    done = tool(
        store, "connect", f"{user}@test.example", "--imap", wrong, "--tls", "starttls", "--ca", site.ca,
        "--password-stdin", given="pass\n")
    assert done.returncode == 5, done.stderr
    assert f"{wrong} does not speak IMAP (it greets as SMTP)" in done.stderr, done.stderr
    wrong = f"127.0.0.1:{site.dovecot.imap}"
    for option, name in (("--pop3", "POP3"), ("--smtp", "SMTP")):
        done = tool(
            store, "connect", f"{name.lower()}-{user}@test.example", option, wrong, "--tls", "starttls", "--ca", site.ca,
            "--password-stdin", given="pass\n")
        assert done.returncode == 5, done.stderr
        assert f"{wrong} does not speak {name} (it greets as IMAP)" in done.stderr, done.stderr


def test_a_mailbox_by_pop3(site, store, user):
    site.fill(user, 3)
    done = tool(
        store, "connect", f"{user}@test.example", "--pop3", f"127.0.0.1:{site.dovecot.pop3}", "--pop3-tls", "starttls",
        "--smtp", f"127.0.0.1:{site.postfix.submission}", "--smtp-tls", "starttls", "--ca", site.ca, "--password-stdin",
        given="pass\n")
    assert done.returncode == 0, done.stderr
    done = tool(store, "sync", f"{user}@test.example", "--json")
    assert json.loads(done.stdout)["messages"] == 3
    done = tool(
        store, "connect", f"{user}@test.example", "--pop3", "a", "--imap", "b", "--password-stdin", given="pass\n")
    assert done.returncode == 2


def test_a_certificate_of_ones_own_authority_names_the_option(site, store, user):
    done = tool(
        store, "connect", f"{user}@test.example", "--imap", f"127.0.0.1:{site.dovecot.imap}", "--tls", "starttls",
        "--password-stdin", given="pass\n")
    assert done.returncode == 5
    assert "--ca FILE" in done.stderr and "ca_file" not in done.stderr, done.stderr


def test_reconnect_after_disconnect_says_how_to_give_the_password(site, store, user):
    assert connect(site, store, user).returncode == 0
    assert tool(store, "disconnect", f"{user}@test.example").returncode == 0
    done = tool(store, "reconnect", f"{user}@test.example")
    assert done.returncode == 2 and "--ask-password" in done.stderr and "--password-stdin" in done.stderr, done.stderr
    assert "password: is not set" in done.stderr
    row = json.loads(tool(store, "status", f"{user}@test.example", "--json").stdout)
    assert (row["state"], row["billing_enabled"]) == ("disconnected", 0), "nothing was changed"
    done = tool(store, "doctor", f"{user}@test.example")
    assert done.returncode == 1 and "(mailbox.disconnected)" in done.stdout and "()" not in done.stdout, done.stdout
    assert f"mailroom reconnect {user}@test.example --ask-password" in done.stdout


def test_each_part_of_a_message_byte_for_byte(site, store, user, tmp_path):
    site.fill(user, 41)
    assert connect(site, store, user).returncode == 0
    assert tool(store, "sync", f"{user}@test.example").returncode == 0
    rows = json.loads(tool(store, "messages", f"{user}@test.example", "--limit", "0", "--json").stdout)
    assert len(rows) == 41
    by_id = {row["message_id"]: row for row in rows}
    for number in range(41):
        row = by_id[seed.message_id(number)]
        assert row["subject"] == seed.subject(number)
        assert (row["attachments"] > 0) == seed.has_attachment(number)
        assert (row["seen"] == 1) == seed.is_seen(number)
    raw = subprocess.run(
        [str(TOOL), "--store", str(store), "show", str(by_id[seed.message_id(16)]["id"]), "--raw"], capture_output=True)
    assert raw.stdout == seed.message(16)


def test_worker_sends_what_others_queue_and_ends_on_sigterm(site, store, user):
    assert connect(site, store, user).returncode == 0
    with subprocess.Popen(
        [str(TOOL), "--store", str(store), "run", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as worker:
        try:
            assert json.loads(worker.stdout.readline())["state"] == "ready"
            done = tool(
                store, "--work", "never", "send", f"{user}@test.example", "--to", f"{user}-to@test.example", "--subject",
                "From the queue", "--text", "Hello", "--wait", "--timeout", "20", "--json")
            assert done.returncode == 0, done.stdout + done.stderr
            assert json.loads(done.stdout)["state"] == "sent"
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(20) == 0
        finally:
            worker.kill()
    assert connect(site, store, f"{user}-to").returncode == 0

    def arrived():
        assert tool(store, "sync", f"{user}-to@test.example").returncode == 0
        return "From the queue" in tool(store, "messages", f"{user}-to@test.example").stdout

    wait_until(arrived, 20, step=0.3)


def test_the_wheel_brings_everything(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    wheel = list((ROOT / "dist" / "share" / "mailroom").glob("*.whl"))
    assert len(wheel) == 1
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel[0])], check=True)
    program = (
        "import mailroom\n"
        "with mailroom.open('crm.db', key_file=True) as room:\n"
        "    print(mailroom.loaded_from(), sorted(row['scheme'] for row in room.providers()))\n")
    done = subprocess.run(
        [python, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert str(tmp_path / "venv") in done.stdout
    assert "['gmail', 'graph', 'imap', 'maildir', 'pop3', 'smtp']" in done.stdout
