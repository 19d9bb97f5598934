"""What users of other engines complain about, each as a test that is named after the complaint. On a real Dovecot."""

import json
import pathlib
import subprocess
import time

import mailroom
import pytest

from Servers import seed, wait_until
from Servers.faulty import Proxy, Unanswered
from Sync.client import Client

TOOL = pathlib.Path(__file__).resolve().parents[2] / "dist" / "bin" / "mailroom"


@pytest.fixture
def client(site):
    """client(user): another mail program at that mailbox."""
    site.dovecot.prefix, site.dovecot.separator = "", "/"
    opened = []

    def open(user):
        opened.append(Client(site.dovecot, user))
        return opened[-1]

    yield open
    for one in opened:
        one.close()


@pytest.fixture
def worker(store):
    """worker(): a process that works on the store in the background, ready."""
    running = []

    def start():
        process = subprocess.Popen(
            [str(TOOL), "--store", str(store), "run", "--json"], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert json.loads(process.stdout.readline())["state"] == "ready"
        return process

    yield start
    for process in running:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def ids(room, account):
    return sorted(row["message_id"] for row in room.messages(account=account["id"]))


def wanted(numbers):
    return sorted(seed.message_id(number) for number in numbers)


def clean(room, account):
    found = room.audit(account)
    return (found["missing"], found["extra"], found["flags"], found["failed_folders"]) == (0, 0, 0, 0)


def test_mail_is_silently_missing_while_everything_is_green(room, settings, user, client, site):
    """Whatever is in the way of one folder, the rest is there; and nothing is called in step that is not."""
    other = client(user)
    other.create("Stuck")
    other.create("Work")
    for number in range(30):
        other.append(("INBOX", "Stuck", "Work")[number % 3], number)
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none"))
        proxy.cut_at = r"(SELECT|EXAMINE) \"?Stuck"
        for _ in range(3):
            try:
                room.sync(account)
            except mailroom.MailroomError as error:
                assert "Stuck" in str(error)
                assert room.status(account)["state"] == "error", "a sync that failed is not green"
        rows = {row["path"]: row for row in room.folders(account)}
        assert rows["Work"]["messages"] == 10 and rows["INBOX"]["messages"] == 10
        assert rows["Stuck"].get("synced_at") is None and rows["Stuck"]["refused"]
        proxy.cut_at = None
        room.sync(account, folder="Stuck")
        room.sync(account)
        assert ids(room, account) == wanted(range(30))
        assert clean(room, account)


def test_mail_is_deleted_when_it_is_moved(room, settings, user, client):
    other = client(user)
    other.create("Work")
    for number in range(10):
        other.append("INBOX", number)
    account = room.connect(**settings(user))
    room.sync(account)
    before = {row["message_id"]: row["id"] for row in room.messages(account=account["id"])}
    for source, target in (("INBOX", "Work"), ("Work", "INBOX"), ("INBOX", "Work")):
        other.move(source, other.uids(source)[:5], target)
        assert room.sync(account)["bytes"] == 0, "nothing is fetched again"
    room.sync(account)
    assert {row["message_id"]: row["id"] for row in room.messages(account=account["id"])} == before
    removed = [row for row in room.changes() if row["kind"] == "message" and row["what"] == "removed"]
    assert removed == []
    assert clean(room, account)


def test_the_import_is_stuck_for_ever(room, settings, user, site):
    """Cut in the middle of the first sync: the status says so and when it goes on; the next attempt ends it."""
    site.fill(user, 60)
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none"))
        proxy.cut_literal = 20_000
        with pytest.raises(mailroom.ConnectionError):
            room.sync(account)
        status = room.status(account)
        assert status["state"] == "error" and status["next_attempt"] and status["reason"]
        assert status["activity"] != "first_sync", "nothing is under way, and nothing says so"
        proxy.cut_literal = None
        room.sync(account)
    status = room.status(account)
    assert (status["state"], status["activity"], status["messages"]) == ("enabled", "idle", 60)
    assert all(row["complete"] == 1 for row in room.folders(account))


def test_one_bad_account_blocks_all_others(room, settings, user, site, client, worker):
    site.fill(f"{user}-bad", 5)
    with Proxy(site.dovecot.imap) as proxy:
        bad = room.connect(**settings(f"{user}-bad", imap_port=str(proxy.port), imap_tls="none"))
        good = room.connect(**settings(user, ca_file=site.ca))
        room.sync(good)
        proxy.hang_at = r"SELECT|EXAMINE|FETCH"
        worker()
        wait_until(lambda: proxy.reached, 30, "the bad server hangs")
        start = time.monotonic()
        client(user).append("INBOX", 1)
        wait_until(lambda: ids(room, good) == wanted([1]), 20, "the good account's mail", step=0.1)
        assert time.monotonic() - start < 20
        assert room.status(good)["state"] == "enabled"
        assert ids(room, bad) == []


def test_after_a_downtime_nothing_is_caught_up(room, settings, user, site, client, worker):
    other = client(user)
    account = room.connect(**settings(user, ca_file=site.ca))
    room.sync(account)
    for number in range(700):
        other.append("INBOX", number)
    other.flag("INBOX", other.uids("INBOX")[:3], add=["\\Flagged"])
    worker()
    wait_until(lambda: room.status(account)["messages"] == 700, 60, "the mail of the downtime", step=0.2)
    room.sync(account)
    assert clean(room, account)


def test_a_mailbox_that_was_made_anew_is_imported_again(room, settings, user, client):
    """Another UIDVALIDITY, the same mail: the same messages, and no flood of new ones."""
    other = client(user)
    other.create("Projects")
    for number in range(20):
        other.append("Projects", number, ["\\Seen"])
    account = room.connect(**settings(user))
    room.sync(account)
    before = {row["message_id"]: row["id"] for row in room.messages(account=account["id"])}
    latest = max(row["number"] for row in room.changes())
    other.create("Aside")
    other.copy("Projects", other.uids("Projects"), "Aside")
    other.delete("Projects")
    other.rename("Aside", "Projects")
    room.sync(account)
    room.sync(account)
    assert {row["message_id"]: row["id"] for row in room.messages(account=account["id"])} == before
    told = {row["what"] for row in room.changes(latest) if row["kind"] == "message"}
    assert told <= {"changed"}, told
    assert clean(room, account)


def test_only_unread_mail_is_fetched_and_flags_are_altered(room, settings, user, client):
    other = client(user)
    flags = [[], ["\\Seen"], ["\\Seen", "\\Answered"], ["\\Flagged", "project"], ["\\Draft", "\\Seen"]]
    for number in range(20):
        other.append("INBOX", number, flags[number % 5])
    before = other.everything()
    account = room.connect(**settings(user))
    room.sync(account)
    assert ids(room, account) == wanted(range(20))
    assert other.everything() == before, "reading changes nothing on the server"
    for row in room.find("place", account=account["id"]):
        assert frozenset(row.get("flags") or []) == before["INBOX"][int(row["ref"])][1]


def test_what_was_seen_before_it_was_stored_is_lost(room, settings, user, site):
    """A connection that breaks in the middle of a message, again and again, at another place each time."""
    site.fill(user, 80)
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none"))
        for size in (25_000, 3_000, 1_500):
            proxy.cut_literal = size
            try:
                room.sync(account)
            except mailroom.ConnectionError:
                pass
        proxy.cut_literal = None
        room.sync(account)
        assert ids(room, account) == wanted(range(80))
        assert clean(room, account)


def test_the_same_mail_in_two_mailboxes_is_doubled_or_dropped(room, settings, user, client):
    for name in (user, f"{user}-b"):
        client(name).append("INBOX", 7)
    accounts = [room.connect(**settings(name)) for name in (user, f"{user}-b")]
    for account in accounts:
        room.sync(account)
    rows = list(room.messages(message_id=seed.message_id(7)))
    assert len(rows) == 1, "one message"
    assert len(list(room.find("place", message=rows[0]["id"]))) == 2, "in two places"
    for account in accounts:
        assert ids(room, account) == wanted([7])
        assert clean(room, account)


def test_after_a_timeout_behind_the_message_it_is_sent_twice(room, settings, user, site, client):
    """Nobody knows whether it went, and it does not go again; where it can be known, it becomes known."""
    friend, own = client(f"{user}.friend"), client(user)
    with Unanswered(site.postfix.plain) as proxy:
        account = room.connect(**settings(
            user, ca_file=site.ca, smtp_port=str(proxy.port), smtp_tls="none", sent_copy="always"))
        lost = room.send(account, to=f"{user}.friend@test.example", subject="Once", text="Only once.")
        assert room.send_wait(lost, 30)["state"] == "outcome_unknown" and proxy.reached == 1
        wait_until(lambda: friend.uids("INBOX"), 20, "the mail has arrived all the same")
        for _ in range(3):
            room.sync(account)
            assert room.send_wait(lost, 1)["state"] == "outcome_unknown"
        assert own.uids("Sent") == []
        with pytest.raises(mailroom.MailroomError):
            room.resend(lost)
        proxy.deaf = False
        mine = room.send(account, to=[f"{user}@test.example", f"{user}.friend@test.example"], subject="Mine", text="Mine.")
        assert room.send_wait(mine, 30)["state"] == "outcome_unknown" and proxy.reached == 2
        wait_until(lambda: own.uids("INBOX"), 20, "its echo")
        for _ in range(2):  # sees the echo; puts the copy into Sent
            room.sync(account)
        row = room.get("send", mine)
        assert (row["state"], row["accepted"], row["sent_copy"]) == ("sent", 2, "done")
    assert len(own.uids("INBOX")) == 1 and len(own.uids("Sent")) == 1 and len(friend.uids("INBOX")) == 2


@pytest.mark.limit(240)
def test_the_copy_in_sent_is_doubled_or_missing(room, settings, user, site, client, worker):
    """Once, whoever keeps it: here nobody knows beforehand, and the worker is killed in the middle."""
    other = client(user)
    account = room.connect(**settings(user, ca_file=site.ca))
    process = worker()
    names = []
    for number in range(6):
        send = room.send(account, to=f"{user}.friend@test.example", subject=f"Number {number}", text="Hello")
        names.append(room.get("send", send)["message_id"])
        if number % 2:
            wait_until(lambda: room.get("send", send)["state"] == "sent", 30, "it is sent", step=0.01)
            process.kill()
            process.wait()
            process = worker()

    def copied():
        # One that was killed behind the final dot stays unknown, and gets none.
        rows = [row for row in room.find("send", account=account["id"]) if row["state"] != "outcome_unknown"]
        return rows and all(row.get("sent_copy") == "done" for row in rows) and rows

    rows = wait_until(copied, 90, "the copies", step=0.2)
    room.sync(account)
    there = sorted(name for name, flags in other.everything()["Sent"].values() if "\\Seen" in flags)
    assert there == sorted(row["message_id"] for row in rows)
    assert set(there) <= set(names) and len(there) >= 5


def test_mail_sent_by_another_client_is_not_seen(room, settings, user, client):
    other = client(user)
    if "Sent" not in other.folders():
        other.create("Sent")
    account = room.connect(**settings(user))
    room.sync(account)
    other.append("Sent", 5, ["\\Seen"])
    room.sync(account)
    assert ids(room, account) == wanted([5])
    folder = next(row for row in room.folders(account) if row["role"] == "sent")
    assert folder["messages"] == 1


def test_a_huge_mailbox_is_fetched_from_its_oldest_mail_on(room, settings, user, site):
    """The newest mail is there first, and all that came before a day can be left out."""
    site.fill(user, 1200)
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none"))
        job = room.sync(account, wait=False)
        with job:
            while True:
                try:
                    job.wait(0.05)
                    break
                except mailroom.TimeoutError:
                    if ids(room, account):
                        break
        first = min(room.find("place", account=account["id"]), key=lambda row: row["id"])
        assert int(first["ref"]) > 600, "newest first"
        room.sync(account)
    newest = max(row["received_at"] for row in room.messages(account=account["id"]))
    alias = {**settings(user), "address": f"since-{user}@test.example", "user": f"{user}@test.example"}
    second = room.connect(**alias)
    room.put("policy", account=second["id"], since=newest + 1)
    result = room.sync(second)
    assert result["messages"] == 0 and result["bytes"] == 0
    assert room.audit(second)["missing"] == 0


@pytest.mark.limit(240)
def test_with_many_mailboxes_mail_comes_late(room, settings, user, site, client, worker):
    """Twenty mailboxes, one worker, mail to all of them at once: seen in seconds, not in a round of minutes."""
    names = [f"{user}-{number}" for number in range(20)]
    accounts = [room.connect(**settings(name, ca_file=site.ca)) for name in names]
    for account in accounts:
        room.sync(account)
    others = [client(name) for name in names]
    worker()
    wait_until(
        lambda: sum(1 for row in room.find("folder") if row.get("push")) >= len(names), 60, "all are watched", step=0.2)
    start = time.monotonic()
    for number, other in enumerate(others):
        other.append("INBOX", number)
    wait_until(
        lambda: all(room.status(account)["messages"] == 1 for account in accounts), 60, "mail in all", step=0.1)
    assert time.monotonic() - start < 30


def test_a_limit_of_connections_is_run_into(room, settings, user, site, worker):
    """A server that allows a user one connection: the one is used in turn, mail comes, and the account stays green."""
    narrow = site.another_dovecot(f"narrow-{user}", connections=1)
    seed.fill(narrow.imap, user, 30)
    account = room.connect(**settings(user, imap_port=str(narrow.imap), connections=1, ca_file=site.ca))
    worker()
    wait_until(lambda: room.status(account)["messages"] == 30, 40, "its mail", step=0.2)
    wait_until(lambda: room.status(account)["activity"] == "idle", 20, "the end of the round", step=0.2)
    assert room.status(account)["state"] == "enabled"
    refused = [row for row in room.find("log", account=account["id"]) if "onnections" in (row.get("server_text") or "")]
    assert refused == []


MALFORMED = [
    b"",
    b"\r\n",
    b"no header at all, and no end of line",
    b"Subject: =?utf-8?b?////?=\r\nFrom: \"unclosed <a@b\r\nDate: yesterday\r\nContent-Type: multipart/mixed\r\n\r\n--\r\n",
    b"From: a@b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 300,
    b"Subject: " + b"x" * 100_000 + b"\r\n\r\nlong",
    b"From: \xff\xfe\xfd <\x80@\x81>\r\nSubject: \xc3\x28\r\n\r\n\x00\x01\x02",
]


def test_one_malformed_message_kills_the_batch(room, settings, user, client):
    other = client(user)
    for number, message in enumerate(MALFORMED):
        other.append("INBOX", number)
        if message:
            other.append("INBOX", message)
    account = room.connect(**settings(user))
    result = room.sync(account)
    assert result["failed_folders"] == 0
    found = room.audit(account)
    assert found["missing"] == 0
    assert found["stored"] + found["quarantined"] == found["server"] == 2 * len(MALFORMED) - 1
    there = {row.get("message_id") for row in room.messages(account=account["id"])}
    assert set(wanted(range(len(MALFORMED)))) <= there
