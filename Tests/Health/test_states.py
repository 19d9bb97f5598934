"""The states of accounts over a clock that is put forward, by real processes: a worker, one that only reads, one after the
other. The table of every state and event is in Tests/EngineTests/HealthStatesTests.swift."""

import pytest

from EndToEnd import helper

from . import wordy

DAY, MINUTE = 86_400_000, 60_000

PHASE = """
room = mailroom.open(given["store"], key_file=True, work=given.get("work", "wait"), connect_timeout_ms=2000,
                     poll_ms=given.get("poll_ms", 300_000))
if given.get("minutes") is not None:
    hooks().mr_test_set_clock(int(time.time() * 1000) + int(given["minutes"] * 60_000))
before = max([row["number"] for row in room.changes()], default=0)
accounts = [row["id"] for row in room.accounts()]
if given.get("settings"):
    job = room.connect(**given["settings"], wait=False)
    try:
        job.wait(20)
    except mailroom.MailroomError:
        pass
if given.get("reconnect"):
    try:
        room.reconnect(accounts[0], **given["reconnect"])
    except mailroom.MailroomError:
        pass
if given.get("sync"):
    try:
        room.sync(accounts[0])
    except mailroom.MailroomError as error:
        answer({"refused": error.code, "advice": error.advice})
if given.get("until"):
    room.start()
    end = time.time() + given.get("seconds", 12)
    while time.time() < end and [row["state"] for row in room.accounts()] != given["until"]:
        time.sleep(0.05)
rows = [dict(room.status(row["id"])) for row in room.accounts()]
changes = [row["detail"] for row in room.changes(before) if row["kind"] == "account" and row["what"] == "changed" and row.get("detail") in ("state", "stale")]
answer({"accounts": rows, "changes": changes, "log": [dict(row) for row in room.find("log")]})
room.close()
"""


class Phases:
    def __init__(self, store, server):
        self.store = str(store)
        self.settings = {
            "address": "ann@test.example", "password": "pass", "imap_host": "127.0.0.1",
            "imap_port": str(server.port), "imap_tls": "none"}

    def __call__(self, **what):
        mode = {"work": "always"} if "until" in what else {}
        if what.get("settings") is True:
            what["settings"] = self.settings
        return helper.ended_well(PHASE, {"store": self.store, **mode, **what}, "dist-test")


@pytest.fixture
def server():
    with wordy.WordyImap() as running:
        yield running


@pytest.fixture
def phase(store, server):
    return Phases(store, server)


def test_two_days_to_the_minute_over_restarts(phase, server):
    """Every phase is a process of its own."""
    server.login = "NO [AUTHENTICATIONFAILED] no"
    account = phase(settings=True, minutes=0)["accounts"][0]
    assert (account["state"], account["colour"], account["billing_enabled"]) == ("error", "red", 1)
    assert account["next_attempt"] > account["since"]
    # Tried rarely, and tried last shortly before the two days are over: the next attempt is six hours ahead.
    for minutes in (20, 300, 2 * 1440 - 30):
        account = phase(minutes=minutes, until=["nothing"], seconds=2)["accounts"][0]
        assert account["state"] == "error", minutes
    tried = server.reached
    account = phase(minutes=2 * 1440 - 1, until=["nothing"], seconds=2)["accounts"][0]
    assert account["state"] == "error", "a minute before"
    told = phase(minutes=2 * 1440 + 0.5, until=["connection_issue"])
    account = told["accounts"][0]
    assert (account["state"], account["colour"], account["billing_enabled"]) == ("connection_issue", "grey", 0)
    assert "next_attempt" not in account and account["cause"] == "auth.refused" and account["advice"]
    assert told["changes"].count("state") == 1, told["changes"]
    assert any(row["what"] == "health" for row in told["log"])
    assert server.reached == tried, "the clock alone ends it"
    # No more attempts, whoever asks, however long.
    told = phase(minutes=5 * 1440, sync=1, until=["nothing"], seconds=3)
    assert server.reached == tried and told["accounts"][0]["state"] == "connection_issue"
    # Reconnecting, with the same settings: it is tried; it fails: two days anew.
    account = phase(minutes=5 * 1440 + 1, reconnect={"password": "pass"})["accounts"][0]
    assert server.reached == tried + 1 and account["state"] == "error"
    server.login = None
    account = phase(minutes=5 * 1440 + 2, reconnect={"password": "pass"})["accounts"][0]
    assert (account["state"], account["colour"], account["billing_enabled"]) == ("enabled", "green", 1)
    assert "cause" not in account or account["cause"] == "worker.none"


def test_an_attempt_that_is_due_is_made_before_it_is_given_up(phase, server):
    """Nobody worked for three days: the mailbox may be well."""
    server.login = "NO [AUTHENTICATIONFAILED] no"
    phase(settings=True, minutes=0)
    server.login = None
    told = phase(minutes=3 * 1440, until=["enabled"])
    assert told["accounts"][0]["state"] == "enabled"
    assert "connection_issue" not in str(told["log"])


def test_nobody_looks(phase, server):
    """Green never means that nobody looked: the first who reads says so, once, and a worker takes it back."""
    phase(settings=True, minutes=0)
    told = phase(minutes=0.2, sync=1)
    account = told["accounts"][0]
    assert account["state"] == "enabled" and "stale_since" not in account
    told = phase(minutes=30, work="never")
    account = told["accounts"][0]
    assert (account["state"], account["colour"], account["cause"]) == ("enabled", "green", "worker.none"), account
    assert account["stale_since"] and "worker" in account["advice"].lower() and account["reason"]
    # The opening noticed it, or the reading: one row of the feed.
    feed = phase(minutes=31, work="never")
    assert feed["changes"] == [] and feed["accounts"][0]["stale_since"] == account["stale_since"]
    told = phase(minutes=32, until=["nothing"], seconds=4)
    account = told["accounts"][0]
    assert "stale_since" not in account and "cause" not in account, account
    assert told["changes"].count("stale") == 1


def test_a_place_that_comes_free_is_worked_at_once(store, server):
    """A worker runs; another process disconnects, and raises the limit."""
    worker = """
room = mailroom.open(given["store"], key_file=True, work="always", connect_timeout_ms=2000)
room.start()
answer({})
sys.stdin.read()
room.close()
"""
    import time

    import mailroom

    with mailroom.open(store, key_file=True, work="never") as room:
        company = room.put("company", key="acme", name="Acme", mailboxes=1, domains=["Test.Example", "b.example"])
        row = room.get("company", company)
        assert (row["mailboxes"], row["running"], row["pending"]) == (1, 0, 0)
        assert row["domains"] == ["b.example", "test.example"] and row["exclude_internal"] == 0

        def connect(name):
            job = room.connect(
                address=f"{name}@test.example", password="pass", imap_host="127.0.0.1", imap_port=str(server.port),
                imap_tls="none", company=company, wait=False)
            return job.row()["account"] if hasattr(job, "row") else list(room.accounts())[-1]["id"]

        def until(account, state):
            end = time.time() + 15
            while time.time() < end:
                status = room.status(account)
                if status["state"] == state and status["sync_health"] == "ok":
                    return status
                time.sleep(0.05)
            raise AssertionError(room.status(account))

        with helper.start(worker, {"store": str(store)}, "dist-test") as process:
            helper.read_answer(process)
            one, two, three = connect("one"), connect("two"), connect("three")
            until(one, "enabled")
            states = [room.status(account)["state"] for account in (one, two, three)]
            assert states == ["enabled", "pending", "pending"]
            status = room.status(two)
            assert status["cause"] == "limit.mailboxes" and status["advice"] and status["title"]
            with pytest.raises(mailroom.ClosedError) as caught:
                room.sync(two, wait=False)
            assert caught.value.cause == "limit.mailboxes"
            room.disconnect(one)
            until(two, "enabled")
            assert room.status(three)["state"] == "pending"
            room.update("company", company, mailboxes=2)
            until(three, "enabled")
            room.update("company", company, mailboxes=0)
            row = room.get("company", company)
            assert (row["running"], row["pending"]) == (2, 0) and "limit is 0" in row["note"]
            assert [room.status(account)["state"] for account in (two, three)] == ["enabled", "enabled"]
            assert list(room.find("log", cause="limit.lowered"))
            room.update("company", company, mailboxes=-1)
            assert "mailboxes" not in room.get("company", company)
            process.stdin.close()
            process.wait(20)
        with pytest.raises(mailroom.BusyError):
            room.remove("company", company)


def test_two_workers_say_it_once(phase, store, server):
    """Two processes sweep the same store at the moment at which the two days are over."""
    server.login = "NO [AUTHENTICATIONFAILED] no"
    phase(settings=True, minutes=0)
    phase(minutes=2 * 1440 - 10, until=["nothing"], seconds=2)
    given = {"store": str(store), "work": "always", "minutes": 2 * 1440 + 1, "until": ["connection_issue"]}
    both = [helper.start(PHASE, given, "dist-test") for _ in range(2)]
    answers = []
    for process in both:
        answers.append(helper.read_answer(process))
        process.wait(20)
        process.stdin.close()
        process.stdout.close()
    assert [one["accounts"][0]["state"] for one in answers] == ["connection_issue"] * 2
    log = phase(minutes=2 * 1440 + 2)["log"]
    assert [row["count"] for row in log if row["what"] == "health"] == [1]
