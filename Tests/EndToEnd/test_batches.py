"""Batches, replies, and sending again with changes, over the shipped library and scripted servers."""

import email
import email.policy
import os
import signal
import subprocess
import sys
import time

import mailroom
import pytest

from Servers import seed
from Servers.faulty import FaultySmtp

from .conftest import DIST_TEST, ROOT


def parsed(message):
    return email.message_from_bytes(message, policy=email.policy.default)


def sender(room, settings, user, server, **change):
    return room.connect(
        **settings(user, imap_host=None, imap_port=None, imap_tls=None, smtp_port=str(server.port), smtp_tls="none",
                   **change))


@pytest.fixture
def scripted(room, settings, user):
    """An account that sends through a scripted server; gives (room, account, server)."""
    with FaultySmtp() as server:
        yield room, sender(room, settings, user, server), server


def finished(room, batch, timeout=60):
    """The batch's row once nothing of it waits but for a later attempt; the worker runs meanwhile."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        row = room.get("batch", batch)
        if row["queued"] == row["sending"] == 0:
            return row
        time.sleep(0.05)
    raise AssertionError(f"batch {batch} goes on: {row}")


@pytest.fixture
def worker(room, store, site):
    """The work in the background, in an engine of its own."""
    with mailroom.open(store, key_file=True, ca_file=site.ca, work="always", poll_ms=1000) as working:
        working.start()
        yield working
        working.stop()


def test_each_recipient_gets_a_message_of_its_own(scripted, worker, tmp_path):
    room, account, server = scripted
    offer = tmp_path / "offer.pdf"
    offer.write_bytes(b"%PDF-1.4 for everybody")
    people = [(f"Person {n} <p{n}@b.example>", {"name": f"<Ann & {n}>", "sum": n}) for n in range(30)]
    batch = room.batch(
        account, people, name="Autumn", subject="{{name}}: {{sum}} EUR", text="Dear {{ name }}, {{sum}}. {left} {{not this}}",
        html="<p>{{name}}</p>", headers=[{"name": "X-Sum", "value": "{{sum}}"}], bcc="archive@b.example",
        attachments=[offer, {"name": "a.txt", "type": "text/plain", "data": b"bytes"}])
    row = finished(room, batch)
    assert (row["state"], row["total"], row["sent"], row["name"]) == ("done", 30, 30, "Autumn")
    assert row["accounts"] == [account["id"]] and row["ended_at"] >= row["created_at"]
    assert len(server.messages) == 30
    seen = {}
    for _, recipients, raw in server.messages:
        message = parsed(raw)
        assert len(recipients) == 2 and recipients[1] == "archive@b.example" and "archive" not in str(message["To"])
        seen[recipients[0]] = message
    for n in range(30):
        message = seen[f"p{n}@b.example"]
        assert message["Subject"] == f"<Ann & {n}>: {n} EUR" and message["X-Sum"] == str(n)
        assert str(message["To"]) == f"Person {n} <p{n}@b.example>"
        assert message.get_body(("plain",)).get_content() == f"Dear <Ann & {n}>, {n}. {{left}} {{{{not this}}}}"
        assert message.get_body(("html",)).get_content() == f"<p>&lt;Ann &amp; {n}&gt;</p>"
        assert [part.get_content() for part in message.iter_attachments()] == [b"%PDF-1.4 for everybody", "bytes"]
    sends = list(room.find("send", batch=batch))
    assert {send["message_id"] for send in sends} == {str(message["Message-ID"])[1:-1] for message in seen.values()}
    assert {send["priority"] for send in sends} == {"low"}
    assert [send["subject"] for send in sends][7] == "<Ann & 7>: 7 EUR"


@pytest.mark.parametrize("change, field", [
    ({"recipients": []}, "recipients"),
    ({"recipients": ["no address"]}, "recipients[0].to"),
    ({"recipients": ["ok@b.example", ("c@b.example", {"names": "x"})]}, "recipients[0].values.name"),
    ({"recipients": [("ok@b.example", {"name": "x"}), ("c@b.example", {"names": "x"})]}, "recipients[1].values.name"),
    ({"recipients": [("ok@b.example", {"name": "x\r\nBcc: eve@b.example"})]}, "recipients[0].values.name"),
    ({"recipients": [("ok@b.example", {"name": ["x"]})]}, "recipients[0].values.name"),
    ({"subject": "a\nb"}, "message.subject"), ({"from_": "nobody"}, "message.from"), ({"cc": "x y"}, "message.cc"),
    ({"to": "b@b.example"}, "message.to"), ({"message_id": "a@b"}, "message.message_id"), ({"raw": b"x"}, "message"),
    ({"headers": [{"name": "Bad Name", "value": "x"}]}, "message.headers[0].name"), ({"nonsense": 1}, "message.nonsense"),
    ({"priority": "urgent"}, "priority"), ({"auto_retry": 2}, "auto_retry"), ({"accounts": []}, "accounts"),
    ({"attachments": [{"name": "x", "blob": 12345}]}, "message.attachments[0].blob"),
    ({"idempotency_key": ""}, "idempotency_key"), ({"name": "a\nb"}, "name"),
])
def test_what_is_wrong_is_named_and_nothing_is_stored(scripted, change, field):
    room, account, server = scripted
    before = [row["number"] for row in room.changes()]
    given = {"accounts": account, "recipients": [("ok@b.example", {"name": "x"})], "subject": "{{name}}", "text": "Hi"}
    given.update(change)
    accounts, recipients = given.pop("accounts"), given.pop("recipients")
    with pytest.raises(mailroom.InvalidError) as caught:
        room.batch(accounts, recipients, **given)
    assert (caught.value.field or "").startswith(field), caught.value
    if field.endswith(".values.name") and "missing" in str(caught.value):
        assert "{{name}}" in str(caught.value) and "b.example" in str(caught.value)
    assert not list(room.batches()) and not list(room.find("send")) and not list(room.find("recipient"))
    assert [row["number"] for row in room.changes()] == before


def test_the_same_key_is_the_same_batch(scripted):
    room, account, _ = scripted
    people = [(f"p{n}@b.example", {"name": str(n)}) for n in range(3)]
    first = room.batch(account, people, idempotency_key="autumn", subject="{{name}}", text="x")
    assert room.batch(account, people, idempotency_key="autumn", subject="{{name}}", text="x", name="Other") == first
    assert len(list(room.find("send"))) == 3
    with pytest.raises(mailroom.ExistsError):
        room.batch(account, people[:2], idempotency_key="autumn", subject="{{name}}", text="x")
    room.cancel_batch(first)
    room.remove("batch", first)
    assert room.batch(account, people[:2], idempotency_key="autumn", subject="{{name}}", text="x") != first


def test_a_batch_is_cancelled_in_the_middle_and_sent_again(scripted, store, site):
    room, account, server = scripted
    people = [f"{'refuse' if n % 5 == 0 else 'ok'}-{n}@b.example" for n in range(40)]
    batch = room.batch(account, people, subject="x", text="x", send_at=int(time.time() * 1000) + 3_600_000)
    row = room.get("batch", batch)
    assert row["queued"] == 40 and row["state"] == "running" and "ended_at" not in row
    room.update("batch", batch, send_at=0, name="Now")
    some = list(room.find("send", batch=batch, limit=10))
    for send in some:
        room.send_wait(send, 20)
    room.cancel_batch(batch)
    row = room.get("batch", batch)
    assert (row["state"], row["sent"], row["failed"], row["cancelled"]) == ("cancelled", 8, 2, 30)
    assert room.resend_all(batch=batch + 1) == 0 and room.resend_all(batch=batch, class_="auth") == 0
    assert room.resend_all(batch=batch, class_="bad_recipient") == 2
    assert room.get("batch", batch)["state"] == "running"
    for send in some[::5]:
        room.send_wait(send, 20)
    row = room.get("batch", batch)
    assert (row["sent"], row["failed"], row["cancelled"], row["state"]) == (8, 2, 30, "done")
    assert [attempt["number"] for attempt in room.attempts(some[0])] == [1, 2]
    assert len(server.messages) == 8
    with pytest.raises(mailroom.InvalidError):
        room.cancel_batch(batch)
    room.remove("batch", batch)
    assert not list(room.find("send")) and not list(room.batches())


def test_one_of_a_batch_goes_again_to_another_or_with_other_content(scripted):
    room, account, server = scripted
    batch = room.batch(
        account, [("refuse-a@b.example", {"name": "A"}), ("refuse-b@b.example", {"name": "B"})], subject="{{name}}", text="x")
    first, second = (send["id"] for send in room.find("send", batch=batch))
    for send in (first, second):
        assert room.send_wait(send, 20)["state"] == "failed"
    room.resend(first, to="a@b.example")
    assert room.send_wait(first, 20)["state"] == "sent"
    old = room.get("send", second)["message_id"]
    room.resend(second, message={"to": "Bea <b@b.example>", "subject": "Dear Bea", "text": "mended"})
    assert room.send_wait(second, 20)["state"] == "sent"
    assert [recipients for _, recipients, _ in server.messages] == [["a@b.example"], ["b@b.example"]]
    one, two = (parsed(raw) for _, _, raw in server.messages)
    assert one["Subject"] == "A" and str(one["To"]) == "a@b.example" and two["Subject"] == "Dear Bea" and str(two["To"]) == "Bea <b@b.example>"
    row = room.get("send", second)
    assert row["batch"] == batch and row["message_id"] == str(two["Message-ID"])[1:-1] != old
    with pytest.raises(mailroom.ExistsError):
        room.resend(second)


def test_edited_content_goes_to_those_who_have_not_accepted_it(scripted):
    room, account, server = scripted
    send = room.send(account, to=["ok@b.example", "refuse-x@b.example"], subject="First", text="first")
    assert room.send_wait(send, 20)["state"] == "failed"
    for bad in ({"idempotency_key": "k"}, {"to": "no address"}, {"subject": "x"}, {"text": "x", "sent_copy": 1}):
        with pytest.raises(mailroom.InvalidError) as caught:
            room.resend(send, message=bad)
        assert caught.value.field.startswith("message."), caught.value
    room.resend(send, message={"to": ["OK@b.example", "x@b.example"], "subject": "Second", "text": "second"})
    assert room.send_wait(send, 20)["state"] == "sent"
    assert [(r, parsed(raw)["Subject"]) for _, r, raw in server.messages] == [
        (["ok@b.example"], "First"), (["x@b.example"], "Second")]


def test_the_header_names_those_who_get_it(scripted):
    room, account, server = scripted
    send = room.send(
        account, to=["Ok <ok@b.example>", "Typo <refuse-x@b.example>"], cc="refuse-y@b.example", bcc="refuse-z@b.example",
        subject="S", text="Hello", attachments=[{"name": "a.bin", "data": bytes(range(256)) * 2000}])
    assert room.send_wait(send, 20)["state"] == "failed"
    room.resend(send, to=["x@b.example", "z@b.example"])
    assert room.send_wait(send, 20)["state"] == "sent"
    (_, _, first), (_, recipients, second) = server.messages
    assert recipients == ["x@b.example", "z@b.example"]
    first, second = parsed(first), parsed(second)
    assert str(second["To"]) == "Ok <ok@b.example>, x@b.example, z@b.example" and second["Cc"] is None
    assert first["Message-ID"] == second["Message-ID"]
    assert [part.get_content() for part in second.iter_attachments()] == [bytes(range(256)) * 2000]
    raw = b"From: a@test.example\r\nTo: refuse-x@b.example\r\nSubject: S\r\n\r\nHello\r\n"
    send = room.send(account, raw=raw)
    assert room.send_wait(send, 20)["state"] == "failed"
    room.resend(send, to="x@b.example")
    room.send_wait(send, 20)
    assert str(parsed(server.messages[-1][2])["To"]) == "refuse-x@b.example"


def test_what_waits_goes_at_once_when_it_is_resent(scripted):
    room, account, server = scripted
    send = room.send(account, to="once-x@b.example", subject="x", text="x")
    row = room.send_wait(send, 20)
    assert row["state"] == "retry_wait" and row["next_attempt"] > time.time() * 1000 + 30_000
    assert [waiting["id"] for waiting in room.waiting()] == [send]
    room.resend(send)
    assert "next_attempt" not in room.get("send", send)
    assert room.send_wait(send, 20)["state"] == "sent"
    assert [attempt["outcome"] for attempt in room.attempts(send)] == ["deferred", "accepted"]
    later = room.send(account, to="later@b.example", subject="x", text="x", send_at=int(time.time() * 1000) + 3_600_000)
    room.resend(later)
    assert room.send_wait(later, 20)["state"] == "sent", "so does what was scheduled"


def test_the_urgent_goes_first(scripted, worker):
    room, account, server = scripted
    later = int(time.time() * 1000) + 1_500
    for priority in ("low", "normal", "high", "normal", "low", "high"):
        room.send(account, to=f"{priority}@b.example", subject="x", text="x", priority=priority, send_at=later)
    end = time.monotonic() + 30
    while len(server.messages) < 6 and time.monotonic() < end:
        time.sleep(0.05)
    order = [recipients[0].split("@")[0] for _, recipients, _ in server.messages]
    assert order == ["high", "high", "normal", "normal", "low", "low"]


def test_a_reply_joins_its_thread(room, settings, site, user):
    first = (f"From: Bob <bob@b.example>\r\nReply-To: Desk <desk@b.example>\r\nTo: {user}@test.example\r\n"
             "Subject: AW: Offer\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <two@b.example>\r\n"
             "In-Reply-To: <one@b.example>\r\n\r\nHello\r\n").encode()
    with FaultySmtp() as server:
        with seed.Appender(site.dovecot.imap, user) as mailbox:
            mailbox.append([(first, 1)])
        account = room.connect(**settings(user, smtp_port=str(server.port), smtp_tls="none"))
        room.sync(account, timeout=60)
        message = next(iter(room.messages(message_id="two@b.example")))
        send = room.reply(message, text="Yes")
        assert room.get("message", message["id"])["answered"] == 0
        assert room.send_wait(send, 20)["state"] == "sent"
        assert room.get("message", message["id"])["answered"] == 1, "shown at once"
        room.sync(account, timeout=60)
        assert [(wish["message"], wish["state"]) for wish in room.find("wish", kind="flags")] == [(message["id"], "done")]
        assert room.get("message", message["id"])["answered"] == 1, "and so on the server"
        sent = parsed(server.messages[0][2])
        assert server.messages[0][1] == ["desk@b.example"] and str(sent["To"]) == "Desk <desk@b.example>"
        assert sent["Subject"] == "Re: Offer" and sent["In-Reply-To"] == "<two@b.example>"
        assert sent["References"] == "<one@b.example> <two@b.example>"
        row = room.get("send", send)
        assert (row["account"], row["answers"], row["thread"]) == (account["id"], message["id"], message["thread"])
        assert [other["id"] for other in room.find("send", thread=message["thread"])] == [send]
        bare = room.send(account, to="x@b.example", subject="x", text="x", in_reply_to="two@b.example")
        assert room.get("send", bare)["thread"] == message["thread"]
        own = room.reply(message, to="eve@b.example", subject="Other", account=account, references=["r@b.example"], text="x")
        room.send_wait(own, 20)
        sent = next(parsed(raw) for _, to, raw in server.messages if to == ["eve@b.example"])
        assert sent["Subject"] == "Other" and sent["References"] == "<r@b.example> <two@b.example>"
        with pytest.raises(mailroom.InvalidError):
            room.send(0, to="x@b.example", text="x")
        with pytest.raises(mailroom.NotFoundError):
            room.reply(999_999, text="x")


def test_a_batch_names_the_first_ten_that_are_wrong(scripted):
    room, account, _ = scripted
    people = [{"to": f"p{n}@b.example", "values": {"name": "x"} if n % 2 else {}} for n in range(30)]
    people[1]["to"] = "no address"
    with pytest.raises(mailroom.InvalidError) as refused:
        room.batch(account, people, subject="Dear {{name}}", text="x")
    error = refused.value
    assert error.field == "recipients[0].values.name"
    words = str(error)
    assert all(f"recipients[{n}].values.name: is missing: {{{{name}}}} has no value for p{n}@b" in words for n in range(0, 17, 2))
    assert "recipients[1].to: 'no address'" in words and "recipients[18]" not in words and "and 6 more" in words
    assert list(room.find("send")) == []


def test_several_accounts_share_a_batch(room, settings, user, worker):
    with FaultySmtp() as one, FaultySmtp() as two:
        accounts = [sender(room, settings, f"{user}{n}", server, display_name=f"Sender {n}")
                    for n, server in enumerate((one, two))]
        batch = room.batch(accounts, [f"p{n}@b.example" for n in range(50)], subject="x", text="x")
        row = finished(room, batch)
        assert row["sent"] == 50 and row["accounts"] == [account["id"] for account in accounts]
        assert len(one.messages) + len(two.messages) == 50 and one.messages and two.messages
        for n, server in enumerate((one, two)):
            for address, _, raw in server.messages:
                assert address == f"{user}{n}@test.example"
                assert str(parsed(raw)["From"]) == f"Sender {n} <{user}{n}@test.example>"
        assert len({recipients[0] for server in (one, two) for _, recipients, _ in server.messages}) == 50


def test_an_account_with_room_takes_over_what_waits_for_another(room, settings, user, worker):
    with FaultySmtp() as slow, FaultySmtp() as free:
        accounts = [sender(room, settings, f"{user}{n}", server) for n, server in enumerate((slow, free))]
        room.put("pacing", account=accounts[0]["id"], messages_hour=3)
        batch = room.batch(accounts, [f"p{n}@b.example" for n in range(60)], subject="x", text="x")
        assert finished(room, batch)["sent"] == 60
        assert len(slow.messages) <= 3 and len(slow.messages) + len(free.messages) == 60
        assert {address for address, _, _ in free.messages} == {f"{user}1@test.example"}


def test_a_batch_says_when_the_last_of_it_will_have_gone(scripted):
    room, account, _ = scripted
    room.put("pacing", account=account["id"], messages_day=10)
    batch = room.batch(account, [f"p{n}@b.example" for n in range(25)], subject="x", text="x")
    day = 86_400_000
    row = room.get("batch", batch)
    assert row["created_at"] + 1.5 * day < row["last_at"] < row["created_at"] + 4 * day
    room.cancel_batch(batch)
    assert "last_at" not in room.get("batch", batch)


def test_what_cannot_be_sent_is_said_before_anything_is_stored(scripted):
    room, account, _ = scripted
    room.put("pacing", account=account["id"], max_size=2000)
    with pytest.raises(mailroom.InvalidError) as caught:
        room.batch(account, ["p@b.example"], subject="x", text="x" * 5000)
    assert caught.value.field == "message.size" and not list(room.batches())


PUT = """
import sys, mailroom
mailroom.load(sys.argv[1])
with mailroom.open(sys.argv[2], key_file=True, work="never") as room:
    import ctypes
    if sys.argv[4]:
        stop = ctypes.CDLL(sys.argv[1]).mr_test_stop_at
        assert stop(room._engine, sys.argv[4].encode(), ctypes.c_int64(int(sys.argv[5]))) == 0
    people = [(f"p{n}@b.example", {"name": str(n)}) for n in range(1700)]
    print(room.batch(int(sys.argv[3]), people, idempotency_key="k", subject="{{name}}", text="x"))
"""


@pytest.mark.parametrize("point, nth", [("batch.begun", 1), ("batch.slice", 1), ("batch.slice", 3), ("batch.opened", 1)])
def test_killed_while_it_is_made_a_batch_is_there_whole_or_not_at_all(scripted, store, point, nth):
    room, account, _ = scripted
    library = DIST_TEST / "lib" / "libmailroom.so.1"

    def put(point="", nth=0):
        return subprocess.run(
            [sys.executable, "-c", PUT, library, store, str(account["id"]), point, str(nth)], capture_output=True,
            text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")})

    done = put(point, nth)
    assert done.returncode == -signal.SIGKILL, done.stderr
    whole = point == "batch.opened"
    assert [row["total"] for row in room.batches()] == ([1700] if whole else [])
    again = put()
    assert again.returncode == 0, again.stderr
    rows = list(room.batches())
    assert [(row["id"], row["total"], row["queued"]) for row in rows] == [(int(again.stdout), 1700, 1700)]
    assert sum(1 for _ in room.find("send", fields=["id"])) == 1700
    assert sum(1 for _ in room.find("recipient", fields=["id"])) == 1700


MANY = """
import resource, sys, mailroom
mailroom.load(sys.argv[1])
with mailroom.open(sys.argv[2], key_file=True, work="never") as room:
    count = int(sys.argv[4])
    people = [(f"p{n}@b.example", {"name": str(n)}) for n in range(count)]
    given = dict(subject="{{name}}", text="x" * 10_000)
    room.batch(int(sys.argv[3]), people[:10], **given)
    fields = {"account": int(sys.argv[3]), "message": given,
              "recipients": [{"to": to, "values": values} for to, values in people]}
    with mailroom._records.record(fields) as ready:
        from ctypes import byref, c_int64
        number = c_int64()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        mailroom._library.call("mr_put", room._engine, b"batch", ready, byref(number))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_fifty_thousand_are_put_with_flat_memory(scripted, store):
    """What the caller hands over is the caller's; beyond it the library needs the same for few and for many."""
    room, account, _ = scripted
    done = subprocess.run(
        [sys.executable, "-c", MANY, mailroom.loaded_from(), store, str(account["id"]), "50000"], capture_output=True,
        text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")})
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 32 * 1024, "kilobytes beyond the record that was given"
    batch = list(room.batches())[-1]
    assert batch["total"] == 50_000
    assert store.stat().st_size < 50_000 * 1200, "the template's 10,000 bytes are there once"
