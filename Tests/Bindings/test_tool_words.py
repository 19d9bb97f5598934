"""What the tool says: which folder, which id, which option, what holds afterwards, what to do next."""

import contextlib
import signal
import sqlite3
import subprocess
import time

import pytest

from .conftest import TOOL


# ---- several messages at once, folders by their names ----


@pytest.mark.parametrize("change", [
    ["mark", "--flagged"], ["delete"], ["delete", "--forever"], ["move", "--to", "Shelf"], ["copy", "--to", "Shelf"],
    ["move", "--to", "Nowhere"],
])
def test_one_wrong_id_and_nothing_is_changed(change, connected, box):
    shelf(connected, box)
    first, second, _ = (row["id"] for row in connected.ask("messages"))
    command, *options = change
    wrong = [] if "Nowhere" in options else [999]
    error = connected.ask(command, first, *wrong, second, *options, expected=3)["error"]
    assert error["code"] == "MR_E_NOT_FOUND" and error["advice"]
    assert connected.ask("messages", "--folder", "Shelf") == []
    rows = connected.ask("messages")
    assert len(rows) == 3 and not any(row["flagged"] for row in rows)
    connected.run("sync", box.address)
    assert connected.ask(*[command, first, second, *options[:1], *(["Shelf"] if options[:1] == ["--to"] else [])])


def shelf(connected, box):
    """A second folder, and one with a role."""
    for name in (".Shelf", ".Bin"):
        for part in ("cur", "new", "tmp"):
            (box.path / name / part).mkdir(parents=True, exist_ok=True)
    connected.run("sync", box.address)
    connected.run("folders", box.address, "--set", "Bin", "--role", "trash")


@pytest.mark.parametrize("line", [
    ["sync", "ADDRESS", "--folder", "Nowhere"], ["audit", "ADDRESS", "--folder", "Nowhere"],
    ["messages", "ADDRESS", "--folder", "Nowhere"], ["draft", "ADDRESS", "--text", "T", "--folder", "Nowhere"],
    ["folders", "ADDRESS", "--set", "Nowhere", "--sync", "off"], ["move", "ID", "--to", "Nowhere"],
    ["copy", "ID", "--to", "Nowhere"], ["verify", "ADDRESS", "--folder", "Nowhere"],
])
def test_a_wrong_folder_is_told_alike_everywhere(line, connected, box):
    message = connected.ask("messages")[0]["id"]
    line = [{"ADDRESS": box.address, "ID": message}.get(word, word) for word in line]
    error = connected.ask(*line, expected=3)["error"]
    assert error["message"] == f"{box.address} has no folder Nowhere"
    assert error["advice"] == f"mailroom folders {box.address} lists them."


def test_a_folder_by_its_role_and_inbox_in_any_case(connected, box):
    shelf(connected, box)
    message = connected.ask("messages")[0]["id"]
    assert len(connected.ask("messages", box.address, "--folder", "inbox")) == 3
    assert len(connected.ask("messages", "--folder", "Inbox")) == 3
    assert connected.ask("sync", box.address, "--folder", "inbox")["folders"] == 1
    connected.run("move", message, "--to", "trash", "--wait")
    assert [row["id"] for row in connected.ask("messages", "--folder", "Bin")] == [message]
    assert len(connected.ask("messages", "--folder", "trash")) == 1


# ---- what is said about workers, keys, interruptions ----


def test_a_worker_that_has_ended_well_is_not_counted_on(connected, box):
    with connected.worker():
        assert connected.ask("status", box.address)["worker_seen_at"]
    assert "worker_seen_at" not in connected.ask("status", box.address)
    line = ["--work", "never", "sync", box.address, "--timeout", "0.2"]
    told = connected.run(*line, expected=7).stderr
    assert "showed life" not in told and "mailroom run" in told


def test_mail_that_waits_is_called_that_and_not_a_mailbox_out_of_step(connected, box):
    connected.run("send", box.address, "--to", box.good, "--text", "T")
    with contextlib.closing(sqlite3.connect(connected.store)) as store, store:
        store.execute("UPDATE send SET created_at = created_at - 120000, due = due - 120000")
    row = connected.ask("status", box.address)
    assert (row["cause"], row["state"]) == ("worker.mail_waits", "enabled"), row
    told = connected.run("status").stdout
    assert "Mail waits, and no worker is running" in told and "mail could have gone at" in told
    assert "not confirmed" not in told and "in step" not in told
    assert f"mailroom --store {connected.store} run" in told and "--store FILE" not in told
    page = connected.folder / "page.html"
    connected.run("status", "--html", page)
    told = page.read_text()
    assert "Mail waits" in told and "it goes once one does" in told
    assert "Not confirmed" not in told and "the last goes by" not in told


def test_a_refused_login_names_the_command_that_mends_it(connected, box):
    command = f"mailroom reconnect {box.address} --ask-password"
    assert command in connected.run("reconnect", box.address, "--set", "fault=auth", expected=4).stderr
    assert command in connected.run("sync", box.address, expected=4).stderr
    assert command in connected.run("sync", expected=4).stderr
    assert command in connected.run("status").stdout


def test_held_mail_is_not_promised(connected, box):
    connected.run("send", box.address, "--to", box.good, "--text", "T")
    assert "as soon as possible" in connected.run("waiting").stdout
    connected.run("disconnect", box.address)
    done = connected.run("waiting")
    assert "held: the mailbox is disconnected" in done.stdout and "as soon as possible" not in done.stdout
    assert "goes once one does" not in done.stderr


def test_ctrl_c_in_connect_says_what_is_kept(mailroom, box):
    process = subprocess.Popen(
        [TOOL, "--store", mailroom.store, "connect", box.address, *box.options, "--set", "fault=slow"],
        stderr=subprocess.PIPE, text=True, env=mailroom.environment)
    limit = time.monotonic() + 20
    while not any(row["state"] == "running" for row in jobs(mailroom)):
        assert time.monotonic() < limit
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "interrupted" in told and f"mailroom reconnect {box.address}" in told
    assert [row["state"] for row in jobs(mailroom)] == ["cancelled"]
    told = mailroom.run("status").stdout
    assert "not connected yet" in told and f"mailroom reconnect {box.address}" in told


def jobs(mailroom):
    return mailroom.ask("jobs", expected=None) if mailroom.store.exists() else []


def test_a_connect_whose_process_died_is_not_running_and_ends_by_a_reconnect(mailroom, box):
    process = subprocess.Popen(
        [TOOL, "--store", mailroom.store, "connect", box.address, *box.options, "--set", "fault=slow"],
        stderr=subprocess.DEVNULL, env=mailroom.environment)
    limit = time.monotonic() + 20
    while not any(row["state"] == "running" for row in jobs(mailroom)):
        assert time.monotonic() < limit
        time.sleep(0.1)
    process.kill()
    process.wait()
    assert [row["state"] for row in jobs(mailroom)] == ["queued"]
    mailroom.run("reconnect", box.address, "--set", "fault=")
    assert [(row["kind"], row["state"]) for row in jobs(mailroom)] == [("reconnect", "done"), ("connect", "cancelled")]


def test_jobs_say_how_much_a_sync_fetched(connected):
    line = next(line for line in connected.run("jobs").stdout.splitlines() if " sync " in line)
    assert "3" in line[line.index("done"):].split()


def test_a_store_with_the_applications_key_can_be_read_without_it(mailroom, box):
    key = mailroom.folder / "key"
    key.write_text("01" * 32)
    mailroom.run(
        "connect", "a@example.com", "--imap", "127.0.0.1:1", "--tls", "none", "--password-stdin", "--key-file", key,
        input="pass\n", expected=5)
    assert mailroom.ask("status")[0]["address"] == "a@example.com"
    mailroom.run("folders", "a@example.com")
    for line in (["sync", "a@example.com"], ["connect", box.address, *box.options], ["run"]):
        told = mailroom.run(*line, expected=1).stderr
        assert "--key-file FILE" in told, told
    wrong = mailroom.folder / "wrong"
    wrong.write_text("02" * 32)
    assert "the key that the store was made with" in mailroom.run("status", "--key-file", wrong, expected=1).stderr


def test_advice_names_options_and_no_worker_that_is_not_there(mailroom):
    told = mailroom.run(
        "connect", "a@example.com", "--imap", "127.0.0.1:1", "--tls", "none", "--password-stdin", input="pass\n",
        expected=5).stderr
    assert "Check the server's name and port." in told and "by itself" not in told and "worked before" not in told
    told = mailroom.run("sync", "a@example.com", expected=5).stderr
    assert "try again later" in told and "by itself" not in told
    told = mailroom.run("connect", "b@example.com", "--provider", "pop3", "--password-stdin", input="p\n", expected=2).stderr
    assert "--pop3 HOST" in told and "pop3_host" not in told


@pytest.mark.parametrize("line, words", [
    (["connect", "ADDRESS", "--provider", "maildir", "--set", "path=PATH"], "mailroom reconnect"),
    (["send", "ADDRESS", "--to", "x@example.com", "--text", "Other", "--idempotency-key", "k"], "another idempotency_key"),
    (["mark", "ID", "--seen"], "--set direction=two_way"), (["verify", "ADDRESS"], "--set direction=two_way"),
])
def test_what_is_refused_says_what_to_do(line, words, connected, box):
    message = connected.ask("messages")[0]["id"]
    connected.run("send", box.address, "--to", box.good, "--text", "T", "--idempotency-key", "k")
    connected.run("reconnect", box.address, "--set", "direction=read_only")
    named = {"ADDRESS": box.address, "ID": message, "path=PATH": f"path={box.path}"}
    told = connected.run(*[named.get(word, word) for word in line], expected=1).stderr
    assert "->" in told and words in told, told


def test_what_folders_set_changes_elsewhere_is_told(connected, box):
    shelf(connected, box)
    done = connected.run("folders", box.address, "--set", "Shelf", "--role", "trash")
    assert "Shelf  role trash, sync on" in done.stdout
    assert "Bin was the folder for trash; it is Shelf now" in done.stderr
    done = connected.run("folders", box.address, "--set", "INBOX", "--role", "none")
    assert "no folder has the role inbox now" in done.stderr and "--set INBOX --role inbox" in done.stderr
    assert "no role" in done.stdout
    done = connected.run("folders", box.address, "--set", "Shelf", "--sync", "off")
    assert "sync off" in done.stdout and done.stderr == ""
    lines = connected.run("folders", box.address).stdout.splitlines()
    assert all(line.split()[-1] in ("SYNC", "on", "off") for line in lines), lines


def test_a_worker_on_a_store_that_was_not_there_says_so(mailroom):
    process = subprocess.Popen(
        [TOOL, "--store", mailroom.store, "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=mailroom.environment)
    try:
        assert process.stdout.readline().startswith("ready: ")
        assert "has been made" in process.stderr.readline()
        assert "connect ADDRESS" in process.stderr.readline()
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("line, words", [
    (["messages", "--limit", "-1"], "0 or more"), (["jobs", "--limit", "-3"], "0 or more"),
    (["connect", "a@example.com", "--imap", "127.0.0.1:99999"], "a port from 1 to 65535"),
    (["connect", "a@example.com", "--imap", "imaps://mail.example.com"], "no URL"),
    (["send", "me@example.com", "--to", "a@example.com", "--text", "T", "--in-reply-to", "200"], "Message-ID"),
    (["show", "999"], "mailroom messages"), (["resend", "999"], "mailroom failed"), (["sync", "77"], "mailroom status"),
])
def test_a_mistake_names_the_form_or_the_list(line, words, connected):
    done = connected.run(*line, expected=None)
    assert done.returncode in (2, 3)
    assert words in " ".join(done.stderr.split()), done.stderr


def test_providers_are_shown_without_what_is_for_tests(mailroom):
    told = mailroom.run("providers", store=False).stdout
    assert "outbox (" in told and "fault (" not in told
    assert "direction=read_only" in mailroom.run("connect", "--help", store=False).stdout
