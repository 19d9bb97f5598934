"""The main job in every language, and every language reading the same rows."""

import json
import os
import subprocess
import sys

import pytest

from .conftest import DIST, HERE, LIBRARY, ROOT

LANGUAGES = ["c", "cxx", "python", "php"]
# What may differ between two reads of the same store, because time goes on.
TIMELY = {"stale_since", "stalled_since", "worker_seen_at"}


def environment():
    packaged = DIST / "share" / "mailroom" / "php"
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT / "bindings" / "python"), "PYTHONDONTWRITEBYTECODE": "1",
        "MAILROOM_PHP": str(packaged if packaged.is_dir() else ROOT / "bindings" / "php")}


def command(language, program, programs):
    if language == "python":
        return [sys.executable, str(HERE / f"{program}.py"), str(LIBRARY)]
    if language == "php":
        return ["php", "-d", "ffi.enable=1", str(HERE / f"{program}.php"), str(LIBRARY)]
    return [str(programs / (program + ("-cxx" if language == "cxx" else "")))]


def rows(language, programs, store):
    done = subprocess.run(
        [*command(language, "rows", programs), str(store)], capture_output=True, text=True, timeout=60, env=environment())
    assert done.returncode == 0, f"{language}: {done.stderr}"
    read = [json.loads(line) for line in done.stdout.splitlines()]
    for row in read:
        for name in TIMELY:
            row["row"].pop(name, None)
    return read


def main_job(language, programs, store, mail):
    """Runs it as a person would: the account first, and Resend once the cause of the failure is mended."""
    process = subprocess.Popen(
        [*command(language, "mainjob", programs), str(store), mail.good, mail.bad], text=True, env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    steps = []
    try:
        process.stdin.write(json.dumps(mail.account) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            step = json.loads(line)
            steps.append((step["step"], step["row"]))
            if step["step"] == "failed":
                mail.mend()
                process.stdin.write("\n")
                process.stdin.flush()
        _, words = process.communicate(timeout=60)
        assert process.returncode == 0, f"{language}: {words}"
    finally:
        process.kill()
        process.wait()
    return steps


@pytest.mark.parametrize("language", LANGUAGES)
def test_main_job(language, programs, mail, mailroom):
    steps = main_job(language, programs, mailroom.store, mail)
    names = [name for name, _ in steps]
    assert names == ["sync", "status"] + ["message", "body"] * mail.count + [
        "sent", "failed", "listed", "resent", "cancelled", "batch"]
    row = {name: row for name, row in steps}
    assert row["sync"]["messages"] == mail.count
    assert row["status"]["state"] == "enabled" and row["status"]["colour"] == "green"
    assert row["sent"]["state"] == "sent"
    assert row["failed"]["state"] == "failed"
    assert row["failed"]["class"] == "bad_recipient"
    assert row["failed"]["advice"] and row["failed"]["server_text"]
    assert row["listed"] == row["failed"]
    assert row["resent"]["state"] == "sent"
    assert row["cancelled"]["state"] == "cancelled" and row["cancelled"]["attempts"] == 0
    assert (row["batch"]["state"], row["batch"]["total"], row["batch"]["sent"]) == ("done", 2, 2)
    assert {row["row"]["subject"] for row in rows(language, programs, mailroom.store) if row["kind"] == "send"} == {
        "The main job", "For Ann", "For Bob"}
    dates = [row["date"] for name, row in steps if name == "message"]
    assert dates == sorted(dates, reverse=True)
    sizes = {row["id"]: row["size"] for name, row in steps if name == "message"}
    assert sizes == {row["id"]: row["size"] for name, row in steps if name == "body"}
    # What one language has stored, all of them read alike; the C programs read it field by field.
    read = {name: rows(name, programs, mailroom.store) for name in LANGUAGES}
    kinds = {row["kind"] for row in read["c"]}
    assert {"account", "folder", "message", "send", "recipient", "attempt", "batch"} <= kinds
    for name in LANGUAGES:
        assert read[name] == read["c"], name


def test_the_tool_reads_the_same(connected, programs):
    read = rows("c", programs, connected.store)
    told = connected.ask("messages", "--limit", "0")
    assert {row["id"]: row for row in told} == {row["row"]["id"]: row["row"] for row in read if row["kind"] == "message"}


@pytest.mark.parametrize("suffix", ["", "-cxx"])
def test_status_example(suffix, connected, programs):
    done = subprocess.run(
        [programs / f"status{suffix}", connected.store], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "1\tme@example.com\tenabled\t3 messages"


@pytest.mark.parametrize("suffix", ["", "-cxx"])
def test_status_example_makes_no_store_and_says_why(suffix, programs, tmp_path):
    done = subprocess.run(
        [programs / f"status{suffix}", tmp_path / "none.db"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "the store does not exist" in done.stderr, done.stderr
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("suffix", ["", "-cxx"])
def test_an_example_says_what_the_library_said(suffix, programs, tmp_path):
    """Where the call is refused at once, and where its job fails: never its number alone."""
    account = {"address": "me@example.com", "provider": "maildir", "path": str(tmp_path / "absent")}
    for given, said in (({**account, "provider": "nonesuch"}, "nonesuch"), (account, "advice: ")):
        done = subprocess.run(
            [programs / f"mainjob{suffix}", tmp_path / "crm.db", "a@example.com", "b@example.com"],
            input=json.dumps(given) + "\n", capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert done.stderr.startswith("connect: ") and said in done.stderr, done.stderr
        assert ": failed (" not in done.stderr


@pytest.mark.limit(30)
@pytest.mark.parametrize("suffix", ["", "-cxx"])
def test_watch_example_sees_what_another_process_does(suffix, connected, box, programs):
    before = connected.ask("changes")[-1]["number"]
    process = subprocess.Popen(
        [programs / f"watch{suffix}", connected.store, str(before)], text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE)
    try:
        send = connected.ask("send", box.address, "--to", box.good, "--subject", "S", "--text", "T")
        for line in process.stdout:
            number, kind, identity, what = line.split()
            assert int(number) > before
            if (kind, int(identity)) == ("send", send["id"]):
                break
        else:
            pytest.fail("the feed ended before the send came")
        process.stdin.close()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
