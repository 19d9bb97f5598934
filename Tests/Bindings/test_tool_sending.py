"""The tool's queue: batches, what waits, what is taken back, and what goes again."""

import email
import email.policy
import json
import time

import pytest

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
    ("to,name\nx y,z\n", "x y"), ("to,nam\nann@example.com,z\n", "{{name}}"), ('{"to": 5}\n', "recipients[0].to"),
    ('{"to": "ann@example.com", "name": 1.5}\n', "line 1"), ('{"to": "ann@example.com"}\n{"name": "x"}\n', "line 2"),
    ('{"to": "ann@example.com", "name": []}\n', "line 1"), ("to,name\n", "no recipient"),
])
def test_a_bad_file_queues_nothing(connected, box, text, words):
    line = ["batch", box.address, "--recipients", "-", "--subject", "{{name}}", "--text", "T"]
    told = connected.run(*line, input=text, expected=2).stderr
    assert words in told, told
    assert json.loads(connected.run(*line, "--json", input=text, expected=2).stdout)["error"]["code"] == "MR_E_INVALID"
    assert connected.ask("waiting") == [] and connected.ask("batch") == []


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
