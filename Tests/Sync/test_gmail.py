"""What is Gmail's own: the price of a look, a history that is not kept any more, batches of which some calls fail, large messages."""

import contextlib
import os
import pathlib
import sqlite3
import subprocess

import mailroom
import pytest

from Servers import seed
from Sync.ends import GmailEnd
from Sync.mailbox import Mailbox, same


@pytest.fixture(scope="module")
def end():
    running = GmailEnd()
    yield running
    running.stop()


@pytest.fixture
def other(end, user):
    end.server.script.clear()
    with end.client(f"own{user}") as client:
        yield client


@pytest.fixture
def mailbox(end, user, other, tmp_path):
    with Mailbox(end, f"own{user}", tmp_path / "crm.db") as connected:
        yield connected


def calls(mailbox, act):
    """The calls that Gmail gets while something is done, and how many units they cost."""
    server = mailbox.server.server
    before, units = server.calls.copy(), server.quota.total
    act()
    return dict(server.calls - before), server.quota.total - units


def test_a_look_at_which_nothing_happened(mailbox, other):
    for number in range(20):
        other.create(f"Label {number}")
        other.append(f"Label {number}", number)
    mailbox.settle()
    mailbox.sync()
    made, units = calls(mailbox, mailbox.sync)
    assert made == {"getProfile": 1, "labels.list": 1} and units == 2, "for all folders together"


def test_one_change_is_one_folders_affair(mailbox, other):
    for number in range(20):
        other.create(f"Label {number}")
        other.append(f"Label {number}", number)
    mailbox.settle()
    mailbox.sync()
    other.append("Label 7", 50)
    before = mailbox.latest()
    result = {}
    made, units = calls(mailbox, lambda: result.update(mailbox.sync()))
    assert (result["messages"], result["unchanged_folders"]) == (1, 25)
    assert made == {"getProfile": 1, "labels.list": 1, "history.list": 1, "messages.get": 2} and units == 14
    assert [row["detail"] for row in mailbox.changes(before) if row["what"] == "added"] == ["new"]
    same(mailbox, other)


def test_a_history_that_is_not_kept_is_healed_by_comparing(mailbox, other):
    for number in range(40):
        other.append("INBOX", number, ["\\Seen"] if number % 2 else [])
    mailbox.settle()
    ids = {number: mailbox.message(number)["id"] for number in range(40)}
    uids = other.uids("INBOX")
    other.expunge("INBOX", uids[:3])
    other.flag("INBOX", uids[5:9], add=["\\Flagged"], remove=["\\Seen"])
    other.append("INBOX", 50)
    other.box.forget_history()
    before = mailbox.latest()
    result = {}
    made, _ = calls(mailbox, lambda: result.update(mailbox.sync()))
    same(mailbox, other)
    assert (result["messages"], result["gone"]) == (1, 3), result
    assert made["messages.get"] == 2 + 3, "only what is new is fetched; what the list does not show is asked itself"
    assert {number: mailbox.message(number)["id"] for number in range(3, 40)} == {
        number: id for number, id in ids.items() if number >= 3}
    assert [row["detail"] for row in mailbox.changes(before) if row["what"] == "added"] == ["new"]
    made, units = calls(mailbox, mailbox.sync)
    assert units <= 4, made


def test_the_newest_come_first(mailbox, other):
    for number in range(120):
        other.box.add(seed.message(number), {"INBOX"}, date=(seed.FIRST_DATE + number * 60) * 1000)
    mailbox.settle()
    assert mailbox.message(119)["id"] < mailbox.message(60)["id"] < mailbox.message(0)["id"]


@pytest.mark.parametrize("rule", [
    {"status": 429, "times": 7}, {"reason": "rateLimitExceeded", "times": 3}, {"status": 503, "times": 9}])
def test_calls_of_a_batch_that_fail_for_a_moment(mailbox, other, rule):
    for number in range(60):
        other.append("INBOX", number)
    mailbox.server.server.script.add("messages.get", after=20, **rule)
    result = mailbox.sync()
    assert result["messages"] == 60
    same(mailbox, other)


def test_a_message_that_is_not_given(mailbox, other):
    """The others come; it is put into quarantine, and fetched when Gmail gives it."""
    for number in range(10):
        other.append("INBOX", number)
    mailbox.server.server.script.add("messages.get", status=400, message="Cannot be read", after=14)
    assert mailbox.sync()["messages"] == 9
    audit = mailbox.room.audit(mailbox.id)
    assert (audit["stored"], audit["quarantined"], audit["missing"]) == (9, 1, 0)


def due(mailbox):
    """The time of those in quarantine has come."""
    with contextlib.closing(sqlite3.connect(mailbox.store)) as db, db:
        assert db.execute("UPDATE quarantine SET next_try = 0").rowcount >= 1


def kept(mailbox):
    audit = mailbox.room.audit(mailbox.id)
    return audit["stored"], audit["quarantined"], audit["missing"], audit["extra"]


def test_a_message_of_which_nothing_is_said(mailbox, other):
    """The others come, and go on coming; it comes when Gmail says what it is."""
    for number in range(6):
        other.append("INBOX", number)
    script = mailbox.server.server.script
    script.add("messages.get", id=f"{other.uids('INBOX')[2]:x}", status=503, message="Backend Error", times=1000)
    assert mailbox.sync()["messages"] == 5
    assert kept(mailbox) == (5, 1, 0, 0)
    other.append("INBOX", 7)
    assert mailbox.sync()["messages"] == 1
    due(mailbox)
    assert mailbox.sync()["messages"] == 0, "it is not given, and that is no failure of the mailbox"
    assert mailbox.room.status(mailbox.id)["state"] == "enabled" and kept(mailbox) == (6, 1, 0, 0)
    script.clear()
    due(mailbox)
    assert mailbox.sync()["messages"] == 1
    assert kept(mailbox) == (7, 0, 0, 0)
    same(mailbox, other)


def test_a_change_of_which_nothing_is_said(mailbox, other):
    for number in range(4):
        other.append("INBOX", number)
    mailbox.settle()
    uids = other.uids("INBOX")
    script = mailbox.server.server.script
    script.add("messages.get", id=f"{uids[1]:x}", status=503, times=1000)
    other.flag("INBOX", uids, add=["\\Flagged"])
    assert mailbox.sync()["flags"] == 3
    other.move("INBOX", uids[1:2], "Trash")
    mailbox.sync()
    assert mailbox.places(1) == ["INBOX"], "nobody has said that it is gone"
    script.clear()
    due(mailbox)
    mailbox.settle()
    same(mailbox, other)
    assert mailbox.places(1) == ["[Gmail]/Trash"]


def test_an_outage_is_no_message_s(mailbox, other):
    other.create("Work")
    other.append("Work", 9)
    mailbox.settle()
    other.append("INBOX", 1)
    mailbox.server.server.script.add("messages.get", status=503, times=1000)
    with pytest.raises(mailroom.OutageError):
        mailbox.sync()
    mailbox.server.server.script.clear()
    assert mailbox.sync()["messages"] == 1, "it waits for no quarantine"
    same(mailbox, other)


def test_what_nothing_was_said_of_may_be_nobody_s_who_is_kept(mailbox, other):
    mailbox.room.put("policy", account=mailbox.id, keep="contacts")
    for number in range(3):
        other.append("INBOX", number)
    script = mailbox.server.server.script
    script.add("messages.get", id=f"{other.uids('INBOX')[1]:x}", status=503, times=1000)
    mailbox.sync()
    assert kept(mailbox)[:2] == (0, 1)
    script.clear()
    due(mailbox)
    mailbox.sync()
    assert list(mailbox.room.messages(account=mailbox.id)) == [] and kept(mailbox)[1] == 0


def test_a_large_message_that_is_damaged(mailbox, other):
    content = seed.large_message(12)
    other.append("INBOX", content)
    id = f"{other.uids('INBOX')[0]:x}"
    other.append("INBOX", 1)
    script = mailbox.server.server.script
    script.add("messages.get", id=id, damage=8_000_000, times=1000)
    with pytest.raises(mailroom.MailroomError):
        mailbox.sync()
    mailbox.sync()
    assert kept(mailbox) == (1, 1, 0, 0)
    due(mailbox)
    mailbox.sync()
    assert kept(mailbox) == (1, 1, 0, 0)
    script.clear()
    due(mailbox)
    assert mailbox.sync()["messages"] == 1
    row = next(row for row in mailbox.room.messages(account=mailbox.id) if row["size"] > 10_000_000)
    with mailbox.room.body(row["id"]) as body:
        assert body.read() == content


def test_a_large_message_streams(mailbox, other):
    content = seed.large_message(12)
    other.append("INBOX", content)
    other.append("INBOX", 1)
    result = mailbox.sync()
    assert result["messages"] == 2 and result["bytes"] > len(content)
    row = next(row for row in mailbox.room.messages(account=mailbox.id) if row["size"] > 10_000_000)
    with mailbox.room.body(row["id"]) as body:
        assert body.read() == content


def test_what_lies_in_trash_lies_nowhere_else(mailbox, other):
    other.create("Work")
    other.append("INBOX", 1)
    other.copy("INBOX", other.uids("INBOX"), "Work")
    mailbox.settle()
    assert mailbox.places(1) == ["INBOX", "Work"]
    other.move("INBOX", other.uids("INBOX"), "Trash")
    mailbox.settle()
    assert mailbox.places(1) == ["[Gmail]/Trash"]
    other.move("Trash", other.uids("Trash"), "INBOX")
    mailbox.settle()
    assert mailbox.places(1) == ["INBOX", "Work"]
    same(mailbox, other)


def test_without_a_label_it_is_in_all_mail(mailbox, other):
    other.append("INBOX", 1)
    mailbox.settle()
    id = mailbox.message(1)["id"]
    mailbox.room.update("message", id, folder=mailbox.folder("All")["id"])
    mailbox.settle()
    assert mailbox.places(1) == ["[Gmail]/All Mail"] and other.uids("INBOX") == []
    mailbox.room.update("message", id, folder=mailbox.folder("INBOX")["id"])
    mailbox.settle()
    assert mailbox.places(1) == ["INBOX"] and mailbox.message(1)["id"] == id
    same(mailbox, other)


def test_flags_that_gmail_does_not_keep(mailbox, other):
    other.append("INBOX", 1)
    mailbox.settle()
    mailbox.room.update("message", mailbox.message(1)["id"], add=["later"])
    mailbox.settle()
    wish = list(mailbox.room.find("wish", account=mailbox.id))[-1]
    assert wish["state"] == "lost" and "later" in wish["reason"]
    same(mailbox, other)


def test_watch_and_stop(mailbox, other):
    rows = mailbox.room.call(mailbox.id, "gmail.watch", options={"topic": "projects/p/topics/t", "labels": "INBOX"}).wait()["rows"]
    assert [row["kind"] for row in rows] == ["result"], "and nothing of the login before it"
    result = rows[0]
    assert result["expires"] > 0 and other.box.watching == {
        "topic": "projects/p/topics/t", "labels": ["INBOX"], "until": result["expires"]}
    assert [dict(row) for row in mailbox.room.call(mailbox.id, "gmail.stop").wait()["rows"]] == [{"kind": "result"}]
    assert other.box.watching is None
    with pytest.raises(mailroom.InvalidError, match="labels"):
        mailbox.room.call(mailbox.id, "gmail.watch", options={"topic": "projects/p/topics/t", "labels": ["INBOX"]}).wait()
    assert other.box.watching is None, "and not of everything"


@pytest.mark.parametrize("rule, text", [
    ({"reason": "domainPolicy"}, "administrators"), ({"reason": "failedPrecondition"}, "not enabled"),
    ({"reason": "insufficientPermissions"}, "scopes")])
def test_a_login_that_only_a_person_mends(end, user, tmp_path, rule, text):
    with Mailbox(end, f"login{user}", tmp_path / "crm.db", connect=False) as mailbox:
        end.server.script.clear()
        settings = mailbox.settings()
        end.server.script.add("getProfile", times=5, **rule)
        with pytest.raises(mailroom.AuthError) as error:
            mailbox.room.connect(**settings)
        assert text in error.value.server_text
        end.server.script.clear()


def test_another_users_token_brings_no_mail(end, user, tmp_path):
    ann, bob, info = (f"{name}{user}@test.example" for name in ("ann", "bob", "info"))
    for address in (ann, bob):
        end.server.allow(f"token-{address}", address)
        end.server.mailbox(address)
    for name in ("ann", "bob"):
        with end.client(f"{name}{user}") as client:
            client.append("INBOX", 1)
    given = {**end.settings(f"ann{user}"), "auth": "external"}
    for name in end.server.service():
        given.pop(name, None)
    with mailroom.open(tmp_path / "crm.db", key_file=True) as room:
        room.connect(**{**given, "auth": "external"}, wait=False)
        account = room.accounts(address=ann).first()
        room.put_token(account, f"token-{bob}")
        with pytest.raises(mailroom.AuthError) as caught:
            room.sync(account)
        assert caught.value.cause == "oauth.wrong_mailbox" and bob in str(caught.value)
        assert room.status(account).state == "error" and not list(room.messages())
        room.put_token(account, f"token-{ann}")
        room.sync(account)
        assert room.status(account).messages == 1
        # Another name of the same mailbox is no other mailbox.
        end.server.mailbox(ann).send_as.append({"sendAsEmail": info, "verificationStatus": "accepted"})
        room.disconnect(account, erase=True)
        room.connect(**{**given, "address": info, "auth": "external"}, wait=False)
        account = room.accounts(address=info).first()
        room.put_token(account, f"token-{ann}")
        room.sync(account)
        assert room.status(account).messages == 1


TOOL = pathlib.Path(__file__).resolve().parents[2] / "dist" / "bin" / "mailroom"


def by_hand(mailbox, *command):
    """In a process of its own, which has heard nothing from the server."""
    return subprocess.run(
        [str(TOOL), "--store", str(mailbox.store), *command], capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"]})


def test_a_server_that_named_a_time_is_not_asked_by_hand_either(mailbox, other, user):
    other.append("INBOX", 1)
    mailbox.settle()
    server = mailbox.server.server
    server.script.add("getProfile", status=429, reason="rateLimitExceeded", retry_after=600, times=100)
    with pytest.raises(mailroom.ThrottledError) as first:
        mailbox.sync()
    assert first.value.retry_after_ms > 590_000
    server.script.clear()
    row, asked = mailbox.room.status(mailbox.id), server.requests
    for sync in (mailbox.sync, lambda: mailbox.room.audit(mailbox.id)):
        with pytest.raises(mailroom.ThrottledError) as refused:
            sync()
        error = refused.value
        assert "nothing was asked of the server" in str(error) and "left alone until 20" in str(error)
        assert 500_000 < error.retry_after_ms <= 600_000 and "Sync again after 20" in error.advice
    done = by_hand(mailbox, "sync", f"own{user}@test.example")
    assert done.returncode != 0 and "left alone until 20" in done.stderr and "UTC, in " in done.stderr, done.stderr
    assert "Sync again after 20" in done.stderr and "where a worker runs" in done.stderr
    assert server.requests == asked, "and it was not"
    # What was refused here is no failure of the account.
    after = mailbox.room.status(mailbox.id)
    assert (after.get("next_attempt"), after.cause, after.attempts) == (row.get("next_attempt"), row.cause, row.attempts)
    # A person may insist, where nobody has heard it: a login is tried at once, and the time is forgotten.
    other.append("INBOX", 2)
    assert by_hand(mailbox, "reconnect", f"own{user}@test.example").returncode == 0
    done = by_hand(mailbox, "sync", f"own{user}@test.example")
    assert done.returncode == 0 and "1 new" in done.stdout and server.requests > asked, done.stderr
