"""The tool: its spellings, its JSON, its exit statuses, and what it must never do."""

import fcntl
import json
import os
import pty
import re
import subprocess
import termios
import time

import pytest

from .conftest import ROOT, TOOL, deliver

COMMANDS = [
    "discover", "connect", "authorize", "token", "reconnect", "disconnect", "sync", "status", "folders", "messages", "show", "mark", "move",
    "copy", "delete", "draft", "send", "batch", "waiting", "failed", "resend", "cancel", "sends", "remove", "pacing",
    "inbox", "threads", "search", "doctor", "log", "causes", "jobs", "changes", "providers", "run", "smoke",
]
DEEPER = [
    ["domain", "check"], *(["contact", verb] for verb in ("list", "put", "import", "show", "remove")),
    *(["company", verb] for verb in ("list", "put", "show", "remove")),
]


def words(text):
    return " ".join(text.split())


# ---- help, spellings, exit statuses ----


def test_help_names_every_command_and_exit_status(mailroom):
    told = words(mailroom.run("--help", store=False).stdout)
    for command in [*COMMANDS, "domain", "contact", "company"]:
        assert re.search(rf"\b{command}\b", told), command
    page = (ROOT / "docs" / "tool.md").read_text()
    table = re.findall(r"^\| (\d) \| (.+) \|$", page, re.M)
    assert [int(status) for status, _ in table] == list(range(8))
    for status, meaning in table:
        assert f"{status} {words(meaning)}" in told


@pytest.mark.parametrize("command", [*([command] for command in COMMANDS), *DEEPER], ids=" ".join)
def test_every_command_has_help_and_json(command, mailroom):
    told = mailroom.run(*command, "--help", store=False).stdout
    assert "--json" in told and "--store" in told
    assert len(told) > 200


def test_the_spellings_of_connect(mailroom):
    told = mailroom.run("connect", "--help", store=False).stdout
    for option in (
        "--provider", "--imap", "--smtp", "--tls", "--imap-tls", "--smtp-tls", "--ca", "--user", "--smtp-user",
        "--password-stdin", "--password-file", "--smtp-password-stdin", "--smtp-password-file", "--set", "--name",
    ):
        assert re.search(rf"{option}\b", told), option


@pytest.mark.parametrize("line", [
    ["bogus"], ["status", "--bogus"], ["connect"], ["resend"], ["resend", "1", "--all"], ["show", "word"],
    ["send", "a@example.com", "--subject", "S"], ["connect", "a@example.com", "--imap", "h:0"],
    ["connect", "a@example.com", "--imap", "h:70000"], ["connect", "a@example.com", "--tls", "maybe"],
    ["connect", "a@example.com", "--set", "novalue"], ["messages", "--limit", "-1"], ["show", "1", "--raw", "--part", "1"],
])
def test_wrong_usage_is_2_and_makes_no_account(line, mailroom):
    mailroom.run("changes", expected=3)
    mailroom.run(*line, expected=2)
    done = mailroom.run(*line, "--json", expected=2)
    assert json.loads(done.stdout)["error"]["code"] == "MR_E_INVALID"
    assert done.stderr


def test_a_mistake_is_told_with_the_next_step(connected, box, tmp_path):
    told = connected.run("conect", box.address, expected=2).stderr
    assert "no command conect" in told
    told = connected.run("status", "--store", tmp_path / "nope.db", store=False, expected=3).stderr
    assert "nope.db" in told and "connect ADDRESS" in told
    told = connected.run("messages", box.address, "--folder", "Nowhere", expected=3).stderr
    assert "Nowhere" in told and "mailroom folders" in told
    told = connected.run("connect", box.address, *box.options, expected=1).stderr
    assert f"mailroom reconnect {box.address}" in told
    told = connected.run("connect", "no@example.com", "--provider", "imap", "--password-stdin", expected=2, input="pass\n").stderr
    assert "--imap" in told and "--smtp" in told
    nobody = ["no@nowhere.invalid", "--resolver", "127.0.0.1:9", "--connect-to", "::127.0.0.1:1"]
    told = connected.run("connect", *nobody, "--password-stdin", expected=1, input="pass\n").stderr
    assert "--imap" in told and "--smtp" in told and "mailroom discover no@nowhere.invalid" in told
    connected.run("--plugins", tmp_path / "nope", "providers", expected=2)
    connected.run("send", box.address, "--to", box.good, "--wait", "--timeout", "1e12", expected=2)
    assert len(connected.ask("status")) == 1 and connected.ask("status", box.address)["queued"] == 0


def test_a_relative_ca_file_is_kept_absolute(mailroom, tmp_path):
    (tmp_path / "ca.pem").write_text("")
    mailroom.run(
        "connect", "a@example.com", "--imap", "127.0.0.1:1", "--tls", "none", "--ca", "ca.pem", "--password-stdin",
        input="pass\n", expected=5)
    assert mailroom.ask("status", "a@example.com")["settings"]["ca_file"] == str(tmp_path / "ca.pem")


def test_json_and_bytes_do_not_mix(connected):
    message = connected.ask("messages", "--limit", "1")[0]
    assert connected.ask("show", message["id"], "--raw", expected=2)["error"]["code"] == "MR_E_INVALID"


def test_a_full_disk_under_the_output_is_1(connected):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [TOOL, "--store", connected.store, "status", "--json"], stdout=full, stderr=subprocess.PIPE, timeout=30, text=True)
    assert done.returncode == 1 and "standard output" in done.stderr


def test_no_store_named_is_2(mailroom):
    done = mailroom.run("status", store=False, expected=2)
    assert "--store FILE" in done.stderr


def test_reading_makes_no_store(mailroom):
    mailroom.run("status", expected=3)
    assert not mailroom.store.exists()


def test_the_store_may_stand_on_either_side(connected):
    before = connected.run("status", "--json").stdout
    after = connected.run("status", "--json", "--store", connected.store, store=False).stdout
    assert [row["id"] for row in json.loads(before)] == [row["id"] for row in json.loads(after)] == [1]


def test_not_found_is_3(connected):
    for line in (["show", "999"], ["status", "nobody@example.com"], ["sync", "77"], ["resend", "999"]):
        assert connected.ask(*line, expected=3)["error"]["code"] == "MR_E_NOT_FOUND", line


def test_an_unknown_provider_leaves_nothing(mailroom):
    done = mailroom.run("connect", "a@example.com", "--provider", "nonesuch", "--json", expected=None)
    assert done.returncode in (2, 3) and "nonesuch" in json.loads(done.stdout)["error"]["message"]
    assert mailroom.ask("status") == []


def test_the_domain_of_an_address_has_no_case(connected, box):
    local, domain = box.address.split("@")
    assert connected.ask("status", f"{local}@{domain.upper()}")["address"] == box.address
    assert connected.ask("status", "1")["address"] == box.address


# ---- secrets ----


def test_a_secret_is_never_an_argument(mailroom, box):
    told = mailroom.run("connect", "--help", store=False).stdout
    assert not re.search(r"--(smtp-)?password\b(?!-)", told)
    done = mailroom.run("connect", box.address, *box.options, "--set", "password=hidden-word", expected=2)
    assert "hidden-word" not in done.stdout + done.stderr
    mailroom.run("connect", box.address, *box.options, "--password", "x", expected=2)
    assert mailroom.ask("status") == []


def test_a_password_from_a_terminal_is_not_shown(mailroom):
    """Ctrl-C at the prompt ends with 2, puts the terminal right, and leaves no account."""
    program, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    process = subprocess.Popen(
        [TOOL, "--store", mailroom.store, "connect", "a@example.com", "--imap", "127.0.0.1:1"], start_new_session=True,
        stdin=terminal, stdout=terminal, stderr=terminal, env={**mailroom.environment, "TERM": "xterm"},
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    try:
        seen = read_until(program, b"Password for a@example.com: ")
        os.write(program, b"hidden-word\x03")
        seen += read_until(program, b"stopped")
        assert process.wait(20) == 2
        assert b"hidden-word" not in seen
        assert termios.tcgetattr(terminal) == before
    finally:
        process.kill()
        process.wait()
        os.close(program)
        os.close(terminal)
    assert mailroom.ask("status") == []


def read_until(descriptor, end, seconds=20):
    seen = b""
    limit = time.monotonic() + seconds
    os.set_blocking(descriptor, False)
    while end not in seen:
        assert time.monotonic() < limit, f"no {end!r} in {seen!r}"
        try:
            seen += os.read(descriptor, 4096)
        except BlockingIOError:
            time.sleep(0.02)
    return seen


# ---- the main job ----


def test_main_job(mailroom, mail):
    password = mail.password + "\n"
    connected = mailroom.ask("connect", mail.address, *mail.options, input=password)
    assert connected["account"] == 1 and connected["folders"] >= 1
    first = mailroom.ask("sync", mail.address)
    assert (first["account"], first["address"], first["messages"]) == (1, mail.address, mail.count)
    again = mailroom.ask("sync")
    assert [(row["account"], row["messages"]) for row in again] == [(1, 0)]
    status = mailroom.ask("status", mail.address)
    assert (status["state"], status["colour"], status["messages"]) == ("enabled", "green", mail.count)
    assert "password" not in json.dumps(status["settings"])
    messages = mailroom.ask("messages", mail.address, "--limit", "0")
    assert len(messages) == mail.count
    dates = [row["date"] for row in messages]
    assert dates == sorted(dates, reverse=True)
    assert len(mailroom.ask("messages", "--limit", "2")) == 2
    shown = mailroom.ask("show", messages[0]["id"])
    assert shown["subject"] == messages[0]["subject"] and shown["parts"] and "text" in shown
    attached = mailroom.folder / "file.txt"
    attached.write_text("content\n")
    sent = mailroom.ask(
        "send", mail.address, "--to", mail.good, "--subject", "Grüße", "--text", "Hello", "--attach", attached, "--wait")
    assert sent["state"] == "sent"
    assert [row["state"] for row in sent["recipients"]] == ["accepted"]
    failed = mailroom.ask("send", mail.address, "--to", mail.bad, "--subject", "S", "--text", "T", "--wait", expected=6)
    assert (failed["state"], failed["class"]) == ("failed", "bad_recipient")
    assert failed["advice"] and failed["server_text"]
    listed = mailroom.ask("failed", mail.address)
    assert [row["id"] for row in listed] == [failed["id"]]
    told = mailroom.run("failed").stdout
    assert "bad_recipient" in told and failed["server_text"].split()[-1] in told and "->" in told
    mail.mend()
    resent = mailroom.ask("resend", failed["id"], "--wait")
    assert [(row["id"], row["state"]) for row in resent] == [(failed["id"], "sent")]
    assert mailroom.ask("failed") == []
    assert mailroom.ask("disconnect", mail.address) == {"account": 1, "erased": 0}
    assert mailroom.ask("status", "1")["state"] == "disconnected"


def test_what_was_queued_is_sent_by_the_worker(connected, box):
    send = connected.ask("send", box.address, "--to", box.good, "--subject", "S", "--text", "T")
    assert send["state"] == "queued"
    connected.run("--work", "never", "send", box.address, "--to", box.good, "--text", "T", "--wait", "--timeout", "0.3", expected=7)
    with connected.worker():
        limit = time.monotonic() + 30
        while box.arrived() < 2:
            assert time.monotonic() < limit, "the worker has not sent what was queued"
            time.sleep(0.05)
    assert connected.ask("failed") == []


def test_resend_all_takes_every_failed_one(connected, box):
    connected.run("send", box.address, "--to", box.good, "--subject", "S", "--text", "T", "--wait")
    failed = connected.ask("send", box.address, "--to", box.bad, "--subject", "S", "--text", "T", "--wait", expected=6)
    resent = connected.ask("resend", "--all", "--wait")
    assert [(row["id"], row["state"]) for row in resent] == [(failed["id"], "sent")]
    assert connected.ask("resend", "--all", "--account", box.address) == []


@pytest.mark.parametrize("fault, status, code", [("auth", 4, "MR_E_AUTH"), ("offline", 5, "MR_E_CONNECTION")])
def test_a_connect_that_the_server_refuses(fault, status, code, mailroom, box):
    """The account stays, in error, with the reason and what to do; reconnecting mends it."""
    told = mailroom.ask("connect", box.address, *box.options, "--set", f"fault={fault}", expected=status)["error"]
    assert told["code"] == code and told["message"] and told["advice"]
    account = mailroom.ask("status", box.address)
    assert (account["state"], account["colour"]) == ("error", "red")
    assert account["reason"] and account["advice"] and account["class"]
    shown = mailroom.run("status").stdout
    assert words(account["reason"]) in words(shown) and "->" in shown
    rows = mailroom.ask("log", box.address)
    assert [row["code"] for row in rows] == [code]
    assert words(rows[0]["message"]) in words(mailroom.run("log").stdout)
    mailroom.run("reconnect", box.address, "--set", "fault=")
    assert mailroom.ask("status", box.address)["state"] == "enabled"
    assert mailroom.ask("sync", box.address)["messages"] == box.count


def test_a_send_whose_outcome_is_unknown_goes_again_only_when_told(connected, box):
    send = connected.ask(
        "send", box.address, "--to", "unknown@example.com", "--subject", "S", "--text", "T", "--wait", expected=6)
    assert send["state"] == "outcome_unknown"
    assert [row["id"] for row in connected.ask("failed")] == [send["id"]]
    assert connected.ask("resend", "--all") == []
    assert connected.ask("resend", send["id"], expected=6)["error"]["code"] == "MR_E_UNKNOWN_OUTCOME"
    again = connected.ask("resend", send["id"], "--accept-duplicate", "--to", box.good, "--wait")
    assert [row["state"] for row in again] == ["sent"]


def test_a_send_that_is_put_off_says_when_it_goes_again(connected, box):
    line = ["send", box.address, "--to", "later@example.com", "--subject", "S", "--text", "T", "--wait"]
    assert connected.ask(*line, expected=6)["state"] == "retry_wait"
    assert "next try" in connected.run(*line, expected=6).stdout
    assert connected.ask("failed") == []
    assert connected.ask("status", box.address)["queued"] == 2


def test_one_account_that_fails_does_not_stop_the_others(connected, box):
    broken = connected.folder / "gone"
    for name in ("cur", "new", "tmp"):
        (broken / name).mkdir(parents=True)
    connected.run("connect", "gone@example.com", "--provider", "maildir", "--set", f"path={broken}")
    for name in ("cur", "new", "tmp"):
        (broken / name).rmdir()
    broken.rmdir()
    deliver(box.path, b"From: a@example.com\nSubject: New\nMessage-ID: <new@example.com>\n\nHi\n", 50)
    done = subprocess.run(
        [TOOL, "--store", connected.store, "sync", "--json"], capture_output=True, timeout=60, env=connected.environment)
    rows = {row["address"]: row for row in json.loads(done.stdout)}
    assert done.returncode not in (0, 2)
    assert "error" in rows["gone@example.com"] and rows["gone@example.com"]["error"]["message"]
    assert rows[box.address]["messages"] == 1


def test_show_saves_parts_and_raw_bytes(connected, box):
    message = next(row for row in connected.ask("messages") if row["message_id"] == "three@example.com")
    raw = subprocess.run(
        [TOOL, "--store", connected.store, "show", str(message["id"]), "--raw"], capture_output=True, timeout=30,
        env=connected.environment)
    assert raw.returncode == 0
    delivered = [path.read_bytes() for name in ("cur", "new") for path in (box.path / name).iterdir()]
    assert raw.stdout in delivered and b"three@example.com" in raw.stdout
    attachment = next(part for part in connected.ask("show", message["id"])["parts"] if part["attachment"])
    target = connected.folder / "saved.bin"
    connected.run("show", message["id"], "--part", attachment["part"], "--output", target)
    assert target.read_bytes() == bytes([0, 1, 2, 3])
    connected.run("show", message["id"], "--part", attachment["part"], "--output", target, expected=2)


def test_a_key_file_serves_and_another_is_refused(mailroom, box):
    right, wrong, short = (mailroom.folder / name for name in ("right", "wrong", "short"))
    right.write_text("01" * 32 + "\n")
    wrong.write_text("02" * 32 + "\n")
    short.write_text("0102")
    mailroom.run("connect", box.address, *box.options, "--key-file", right)
    assert len(mailroom.ask("status", "--key-file", right)) == 1
    mailroom.run("status", "--key-file", wrong, expected=1)
    mailroom.run("status", "--key-file", short, expected=2)


# ---- without a store ----


def test_providers_need_no_store(mailroom):
    rows = mailroom.ask("providers", store=False)
    schemes = {row.get("scheme"): row for row in rows}
    assert {"imap", "maildir"} <= set(schemes)
    password = next(setting for setting in schemes["imap"]["settings"] if setting["name"] == "password")
    assert password["secret"] == 1
    assert "imap" in mailroom.run("providers", store=False).stdout


def test_smoke_does_the_main_job_and_leaves_nothing(mailroom):
    scratch = mailroom.folder / "scratch"
    scratch.mkdir()
    told = mailroom.ask("smoke", store=False, environment={"TMPDIR": str(scratch)})
    assert told["ok"] == 1
    assert [step["step"] for step in told["steps"]] == [
        "library", "store", "provider", "connect", "sync", "read", "status", "send", "failure", "resend"]
    assert list(scratch.iterdir()) == []
    assert "It works." in mailroom.run("smoke", store=False).stdout


def test_smoke_says_what_to_check(mailroom):
    told = mailroom.ask("smoke", store=False, expected=1, environment={"TMPDIR": str(mailroom.folder / "none")})
    assert "error" in told or (told["ok"] == 0 and told["check"])


def test_version(mailroom):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", mailroom.run("--version", store=False).stdout)
