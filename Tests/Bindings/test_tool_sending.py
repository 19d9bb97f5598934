"""The tool's queue: batches, what waits, what is taken back, and what goes again."""

import email
import email.policy
import json
import signal
import subprocess
import time

import pytest

from .conftest import TOOL

CSV = 'email,name,sum\r\nann@example.com,"Ann ""A"" Lee, Dr.",5\r\nbob@example.com,"Bob\nB",6\r\n\r\n'
JSON = '\ufeff{"to": "ann@example.com", "name": "Ann", "sum": 5}\n\n{"to": "bob@example.com", "values": {"name": "Bob", "sum": 6}}\n'


def outbox(box):
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for name in ("cur", "new") for file in sorted((box.outbox / name).iterdir())]


@pytest.mark.parametrize("text, names", [
    (CSV, ['Ann "A" Lee, Dr.', "Bob\nB"]), (CSV.replace(",", ";").replace("Lee;", "Lee,"), ['Ann "A" Lee, Dr.', "Bob\nB"]),
    ("\ufeff" + CSV.replace(",", "\t").replace("Lee\t", "Lee,"), ['Ann "A" Lee, Dr.', "Bob\nB"]), (JSON, ["Ann", "Bob"])])
def test_a_batch_from_a_file(connected, box, text, names):
    row = connected.ask(
        "batch", box.address, "--recipients", "-", "--subject", "Sum {{sum}}", "--text", "Dear {{name}}", "--name", "Sums",
        "--header", "X-Sum: {{sum}}", "--wait", "--timeout", "30", input=text)
    assert (row["state"], row["sent"], row["total"], row["name"]) == ("done", 2, 2, "Sums")
    messages = {str(message["To"]): message for message in outbox(box)}
    assert sorted(messages) == ["ann@example.com", "bob@example.com"]
    for address, name, number in zip(sorted(messages), names, ("5", "6")):
        message = messages[address]
        assert message["Subject"] == f"Sum {number}" and message["X-Sum"] == number
        assert message.get_content().split() == f"Dear {name}".split()
    told = connected.run("batch").stdout
    assert "Sums" in told and "done" in told
    assert [listed["id"] for listed in connected.ask("batch", "--id", row["id"])] == [row["id"]]


@pytest.mark.parametrize("text, words", [
    ("", "is empty"), ("a,b\n1,2\n", "--column"), ("to,to\nx,y\n", "same name"), ("to,name\nann@example.com\n", "line 2"),
    ("to,name\nx y,z\n", "x y"), ("to,nam\nann@example.com,z\n", "no column name"), ('{"to": 5}\n', "line 1"),
    ('{"to": "ann@example.com", "name": 1.5}\n', "line 1"), ('{"to": "ann@example.com"}\n{"name": "x"}\n', "line 2"),
    ('{"to": "ann@example.com", "name": []}\n', "line 1"), ("to,name\n", "no recipient"),
    ('to,name\nann@example.com,"A\nbob@example.com,B\n', "line 2: a quote is opened"), ('"to,name\nann@example.com,A\n', "line 1: a quote"),
    ('to,note,name\nann@example.com,"A\nB",A\n\nbob@example.com,N,\n', "line 5: {{name}} has no value"),
    ('{"to": "ann@example.com", "name": "A"}\n\n{"to": "bob@example.com"}\n', "line 3: {{name}} has no value"),
    ("to,name\nann@example.com,A\nbob.example.com,B\n", "line 3: 'bob.example.com'"),
])
def test_a_bad_file_queues_nothing(connected, box, text, words):
    line = ["batch", box.address, "--recipients", "-", "--subject", "{{name}}", "--text", "T"]
    told = connected.run(*line, input=text, expected=2).stderr
    assert words in told, told
    assert json.loads(connected.run(*line, "--json", input=text, expected=2).stdout)["error"]["code"] == "MR_E_INVALID"
    assert connected.ask("waiting") == [] and connected.ask("batch") == []


def test_an_empty_cell_is_a_text_where_that_is_wished(connected, box):
    line = ["batch", box.address, "--recipients", "-", "--subject", "S", "--text", "Dear {{name}}.", "--wait", "--timeout", "30"]
    assert connected.ask(*line, "--allow-empty", input="to,name\nann@example.com,\n")["sent"] == 1
    [message] = outbox(box)
    assert message.get_content().strip() == "Dear ."


def test_a_batch_that_is_there_is_put_off_renamed_and_waited_for(connected, box):
    batch = connected.ask(
        "batch", box.address, "--recipients", "-", "--text", "T", "--at", "+1h", input="to\nann@example.com\nrefuse@example.com\n")
    assert "waits" not in connected.run("batch", "--id", batch["id"]).stdout
    later = connected.ask("batch", "--id", batch["id"], "--at", "+3h", "--name", "Later")
    assert later["name"] == "Later" and later["last_at"] > batch["last_at"] + 3_600_000
    connected.run("batch", "--id", batch["id"], "--wait", "--timeout", "0.2", expected=7)
    connected.ask("batch", "--id", batch["id"], "--at", "2020-01-01")
    told = connected.run("batch", "--id", batch["id"], "--wait", "--timeout", "30", expected=6).stdout
    assert "1 of 2 sent, 1 failed" in told and f"mailroom failed --batch {batch['id']}" in told
    connected.run("batch", "--id", "77", "--at", "+1h", expected=3)
    for bad in (["--at", "+1h"], ["--wait"], ["--id", batch["id"], "--text", "x"], ["--id", batch["id"], "--to", "a@example.com"]):
        connected.run("batch", *bad, expected=2)


def test_sends_show_every_try_until_they_are_removed(connected, box):
    failed = connected.ask(
        "send", box.address, "--to", "refuse@example.com", "--to", "refuse@example.org", "--text", "T", "--wait", expected=6)["id"]
    told = connected.run("failed").stdout
    assert "refuse@example.com refused" in told and "refuse@example.org refused" in told
    connected.run("resend", failed, "--to", box.good, "--wait")
    one = connected.ask("sends", "--id", failed)
    assert (one["state"], [row["outcome"] for row in one["tries"]]) == ("sent", ["refused", "accepted"])
    assert [row["address"] for row in one["recipients"]] == [box.good]
    told = connected.run("sends", "--id", failed).stdout
    assert "try 1" in told and "[bad_recipient]" in told and "try 2" in told and one["message_id"] in told
    waits = connected.ask("send", box.address, "--to", box.good, "--text", "T", "--at", "+1h")["id"]
    assert [row["id"] for row in connected.ask("sends")] == [waits, failed]
    assert [row["id"] for row in connected.ask("sends", box.address, "--state", "sent", "--limit", "0")] == [failed]
    assert "may be more" in connected.run("sends", "--limit", "1").stderr
    told = connected.run("remove", failed, waits, expected=2).stderr
    assert f"mailroom cancel {waits}" in told and len(connected.ask("sends")) == 2
    connected.run("cancel", waits)
    assert connected.run("remove", failed, waits).stdout == f"removed: {failed}, {waits}\n"
    assert connected.run("sends").stdout == "no sends\n"
    batch = connected.ask("batch", box.address, "--recipients", "-", "--text", "T", "--wait", input="to\nann@example.com\n")["id"]
    assert connected.ask("remove", "--batch", batch)["total"] == 1 and connected.ask("sends") == []


def test_one_that_has_gone_and_none_is_cancelled(connected, box):
    gone = connected.ask("send", box.address, "--to", box.good, "--text", "T", "--wait")["id"]
    waits = connected.ask("send", box.address, "--to", box.good, "--text", "T")["id"]
    assert f"send {gone} has been sent" in connected.run("cancel", waits, gone, expected=2).stderr
    connected.run("cancel", waits, 999, expected=3)
    connected.run("resend", waits, 999, expected=3)
    assert [row["id"] for row in connected.ask("waiting")] == [waits]


def test_what_is_queued_says_when_it_goes_and_by_whom(connected, box):
    line = ["send", box.address, "--to", box.good, "--text", "T"]
    done = connected.run(*line, "--at", "2100-01-31 14:30")
    assert "for 2100-01-31 14:30" in done.stdout and f"--store {connected.store} run" in done.stderr
    assert "is past" in connected.run(*line, "--at", "2020-01-31 14:30").stdout
    told = connected.run(*line, "--at", "2100-01-31 14:30", "--wait", "--timeout", "0.2", expected=7).stderr
    assert "2100-01-31 14:30" in told and "mailroom cancel" in told
    first = connected.ask(*line, "--idempotency-key", "k", "--wait")["id"]
    again = connected.run(*line, "--idempotency-key", "k").stdout
    assert f"send {first} has this key already" in again and "sent" in again
    assert "no worker runs" in connected.run("waiting").stderr
    with connected.worker():
        assert "the worker on this store" in connected.run(*line, "--at", "+1h").stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_batch_that_is_interrupted_has_no_unknown_outcome_and_goes_on(number, connected, box):
    process = subprocess.Popen(
        [TOOL, "--store", connected.store, "batch", box.address, "--recipients", "-", "--text", "T", "--wait"],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=connected.environment)
    process.stdin.write("to\n" + "".join(f"r{index}@example.com\n" for index in range(2000)))
    process.stdin.close()
    limit = time.monotonic() + 30
    while not box.arrived():
        assert time.monotonic() < limit
        time.sleep(0.02)
    process.send_signal(number)
    told = process.stderr.read()
    assert process.wait(20) == 1 and "interrupted" in told and "mailroom batch --id 1 --wait" in told, told
    [row] = connected.ask("batch", "--id", "1")
    assert 0 < row["sent"] < 2000 and row["sent"] + row["queued"] == 2000
    assert box.arrived() == row["sent"]
    assert connected.ask("cancel", "--batch", "1")["cancelled"] == row["queued"]


def test_a_send_waits_for_its_limit_and_ends_well_at_ctrl_c(connected, box):
    line = [TOOL, "--store", connected.store, "send", box.address, "--to", box.good, "--text", "T", "--wait"]
    process = subprocess.Popen([*line, "--at", "+1h"], stderr=subprocess.PIPE, text=True, env=connected.environment)
    limit = time.monotonic() + 20
    while not connected.ask("waiting"):
        assert time.monotonic() < limit
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert "mailroom sends --id 1" in process.communicate(timeout=20)[1] and process.returncode == 1
    assert [row["state"] for row in connected.ask("waiting")] == ["queued"]


def test_status_says_when_the_last_will_have_gone(connected, box):
    connected.run("pacing", box.address, "--per-day", "10")
    connected.run("batch", box.address, "--recipients", "-", "--text", "T", input="to\n" + "".join(f"r{i}@example.com\n" for i in range(30)))
    last = time.strftime("%Y-%m-%d", time.localtime(connected.ask("pacing", box.address)["last_at"] / 1000))
    assert f"goes by {last}" in connected.run("status").stdout
    connected.run("pacing", box.address, "--per-day", "default")
    assert "goes by" not in connected.run("status").stdout
    assert connected.run("resend", "--all").stdout == "nothing to resend\n"
    told = connected.run("cancel", *range(1, 31)).stdout
    assert told == "cancelled: 30 sends\n"


def test_a_send_that_a_limit_holds_back_says_why_and_until_when(connected, box):
    connected.run("pacing", box.address, "--per-day", "1")
    line = ["send", box.address, "--to", box.good, "--subject", "S", "--text", "T", "--wait", "--timeout", "10"]
    connected.run(*line)
    told = connected.run(*line, expected=6).stdout
    for shown in told, connected.run("sends", "--id", "2").stdout:
        assert f"the limits of {box.address} hold it back until 20" in shown
        assert "-> It goes by itself then, once a worker runs" in shown
        assert f"-> mailroom pacing {box.address} shows the limits that hold." in shown
    connected.run("pacing", box.address, "--remove")
    assert "hold it back" not in connected.run("sends", "--id", "2").stdout


@pytest.mark.parametrize("options, words", [
    (["--to", "bob"], "--to: 'bob' is not"), (["--to", "a@example.com", "--from", "bad"], "--from: 'bad' is not"),
    (["--to", "a@example.com", "--subject", "a\nb"], "--subject: a line end"), (["--cc", "a@", "--to", "a@example.com"], "--cc: 'a@'"),
    (["--to", "a@example.com", "--header", "Bcc: x@example.com"], "--header: Bcc"),
])
def test_what_is_wrong_with_a_message_names_the_option(options, words, connected, box):
    assert words in connected.run("send", box.address, "--text", "T", *options, expected=2).stderr
    assert connected.ask("send", box.address, "--text", "T", *options, expected=2)["error"]["field"]
    if "--to" in options and options[1] != "bob" and "--from" in options:
        told = connected.run("batch", box.address, "--text", "T", "--recipients", "-", "--from", "bad", input="to\na@example.com\n", expected=2)
        assert words in told.stderr


def test_a_class_that_is_none_is_no_empty_list(connected, box):
    for line in (["failed", "--class", "bad_recipent"], ["resend", "--all", "--class", "bad_recipent"]):
        assert "bad_recipient" in connected.run(*line, expected=2).stderr
    assert "auth" in connected.run("failed", "--class", "auth").stdout


def test_the_queue_is_seen_cancelled_and_sent_at_once(connected, box):
    send = connected.ask("send", box.address, "--to", box.good, "--text", "T", "--at", "+2h", "--priority", "high", "--no-retry")
    assert (send["priority"], send["auto_retry"]) == ("high", 0)
    assert abs(send["send_at"] / 1000 - time.time() - 7200) < 60
    batch = connected.ask(
        "batch", box.address, "--recipients", "-", "--column", "who", "--text", "{{name}}", "--at", "2100-01-31 14:30",
        input="who,name\nann@example.com,A\nbob@example.com,B\n")
    assert batch["queued"] == 2
    assert [row["id"] for row in connected.ask("waiting", "--batch", batch["id"])] == [send["id"] + 1, send["id"] + 2]
    told = connected.run("waiting", box.address).stdout
    assert "2100-01-31 14:30" in told and "high" in told
    assert len(connected.ask("waiting", "--limit", "1")) == 1
    assert connected.ask("cancel", "--batch", batch["id"])["cancelled"] == 2
    assert [row["state"] for row in connected.ask("cancel", send["id"])] == ["cancelled"]
    assert connected.run("waiting").stdout == "nothing waits\n"
    assert [row["state"] for row in connected.ask("resend", send["id"], "--wait")] == ["sent"]
    assert connected.ask("cancel", send["id"], expected=2)["error"]["code"] == "MR_E_INVALID"
    assert connected.ask("cancel", "--batch", "77", expected=3)["error"]["code"] == "MR_E_NOT_FOUND"


def test_resend_all_by_class_batch_and_age(connected, box):
    batch = connected.ask(
        "batch", box.address, "--recipients", "-", "--subject", "S", "--text", "T", "--wait", "--timeout", "30",
        input="to\nrefuse@example.com\nrefuse2@example.com\nok@example.com\n", expected=6)
    refused = [row["id"] for row in connected.ask("failed", "--batch", batch["id"])]
    single = connected.ask("send", box.address, "--to", "refuse@example.com", "--text", "T", "--wait", expected=6)
    assert batch["failed"] == len(refused) and single["state"] == "failed"
    assert [row["id"] for row in connected.ask("failed", "--class", "bad_recipient")][0] == single["id"]
    assert connected.ask("failed", "--class", "auth") == []
    for none in (["--class", "auth"], ["--batch", "77"], ["--older", "1h"]):
        assert connected.ask("resend", "--all", *none) == []
    again = connected.ask("resend", "--all", "--batch", batch["id"], "--class", "bad_recipient", "--older", "0s")
    assert sorted(row["id"] for row in again) == sorted(refused)
    assert {row["state"] for row in again} == {"queued"}


def test_other_content_and_another_recipient(connected, box):
    failed = connected.ask(
        "send", box.address, "--to", "refuse@example.com", "--subject", "First", "--text", "T", "--wait", expected=6)
    again = connected.ask("resend", failed["id"], "--to", box.good, "--text", "Mended", "--wait")
    assert [row["state"] for row in again] == ["sent"]
    [message] = outbox(box)
    assert message["Subject"] == "First" and message.get_content().strip() == "Mended" and str(message["To"]) == box.good


def test_an_answer_leaves_from_the_account_that_has_the_message(connected, box):
    message = connected.ask("messages", box.address, "--limit", "0")[-1]
    sent = connected.ask("send", "--answers", message["id"], "--text", "Yes", "--wait")
    assert sent["state"] == "sent" and sent["answers"] == message["id"] and sent["thread"] == message["thread"]
    [answer] = outbox(box)
    assert answer["In-Reply-To"] == f"<{message['message_id']}>" and answer["Subject"] == f"Re: {message['subject']}"


def test_limits_are_set_and_taken_away(connected, box):
    def limits(*options):
        sending = connected.ask("pacing", box.address, *options)
        return {(row["what"], row.get("window")): (row["limit"], row["source"]) for row in sending.get("limits", [])}

    before = limits()
    assert limits("--per-hour", "75", "--per-day", "300")[("messages", "hour")] == (75, "set")
    told = connected.run("pacing", box.address).stdout
    assert "hour" in told and "75" in told and "set" in told
    assert limits("--per-hour", "default")[("messages", "day")] == (300, "set")
    assert limits().get(("messages", "hour")) == before.get(("messages", "hour"))
    assert limits("--remove") == before
    row = connected.ask("pacing", "--host", "SMTP.example.com", "--per-minute", "5", "--per-day", "none")
    assert (row["host"], row["messages_minute"], row["messages_day"]) == ("smtp.example.com", 5, 0)
    connected.ask("pacing", "--host", "smtp.example.com", "--per-hour", "9")
    assert "messages an hour: 9" in connected.run("pacing", "--host", "smtp.example.com").stdout
    connected.run("pacing", box.address, "--max-size", "5")
    assert " 5.0 MB" in connected.run("pacing", box.address).stdout
    connected.run("pacing", box.address, "--remove")
    assert "messages a minute: 5" in connected.run("pacing", "--host", "smtp.example.com").stdout
    assert connected.ask("pacing", "--host", "smtp.example.com", "--remove") == {}
    for bad in (["--per-hour", "0"], ["--per-hour", "many"], ["--max-size", "-1"], ["--remove", "--per-hour", "5"]):
        connected.run("pacing", box.address, *bad, expected=2)
    connected.run("pacing", expected=2)


@pytest.mark.parametrize("line", [
    ["batch", "me@example.com"], ["batch", "--recipients", "f"], ["batch", "me@example.com", "--recipients", "-", "--to", "a@b.c"],
    ["cancel"], ["cancel", "1", "--batch", "1"], ["resend", "1", "--class", "auth"], ["resend", "1", "2", "--text", "x"],
    ["resend", "--all", "--older", "soon"], ["resend", "1", "--subject", "x"], ["waiting", "--limit", "-1"],
    ["send", "--to", "a@example.com"], ["send", "me@example.com", "--to", "a@example.com", "--text", "x", "--at", "never"],
    ["send", "me@example.com", "--to", "a@example.com", "--text", "x", "--at", "2026-13-01 10:00"],
    ["send", "me@example.com", "--to", "a@example.com", "--text", "x", "--priority", "urgent"],
    ["send", "me@example.com", "--to", "a@example.com", "--text", "x", "--header", "no colon"],
])
def test_wrong_usage_queues_nothing(connected, box, line):
    connected.run(*line, expected=2, input="to\na@example.com\n")
    assert connected.ask("waiting") == []
