"""Held mail: while the account cannot send, its queue waits, untouched and with the reason; reconnecting releases it, and what
has failed waits for Resend."""

import signal

import mailroom
import pytest

from EndToEnd import helper

PHASE = """
room = mailroom.open(given["store"], key_file=True, work=given.get("work", "wait"), connect_timeout_ms=2000)
if given.get("minutes"):
    hooks().mr_test_set_clock(given["minutes"] * 60_000)
if given.get("stop"):
    assert hooks().mr_test_stop_at(room._engine, given["stop"].encode(), 1) == 0
accounts = list(room.accounts())
account = accounts[0]["id"] if accounts else room.connect(**given["settings"])["id"]
if given.get("disconnect"):
    room.disconnect(account)
if "reconnect" in given:
    room.reconnect(account, **given["reconnect"])
for to in given.get("to", []):
    room.send(account, to=to, subject="Held", text="Hello")
if given.get("until"):
    room.start()
    end = time.time() + 20
    if given["until"] == "nothing":
        end = time.time() + 3
    while time.time() < end and given["until"] not in ([row["state"] for row in room.find("send")], room.status(account)["state"]):
        time.sleep(0.05)
else:
    for row in list(room.find("send")):
        if row["state"] in ("queued", "retry_wait", "sending"):
            room.send_wait(row["id"], 20)
if given.get("resend_all"):
    room.resend_all(**given["resend_all"])
    for row in list(room.find("send")):
        if row["state"] == "queued":
            room.send_wait(row["id"], 20)
status = room.status(account)
answer({"sends": [dict(row) for row in room.find("send")], "account": dict(status)})
room.close()
"""


class Phases:
    def __init__(self, store, end):
        self.given = {"store": str(store), "settings": end.settings()}

    def __call__(self, **what):
        """One process on the store. until: it works in the background until the sends are in these states, or the account in
        this one; else it sends what is queued and nothing else."""
        mode = {"work": "always"} if "until" in what else {}
        answer = helper.ended_well(PHASE, {**self.given, **mode, **what}, "dist-test")
        return answer["sends"], answer["account"]


@pytest.fixture
def phase(store, end):
    return Phases(store, end)


def states(sends):
    return [row["state"] for row in sends]


def reasons(sends):
    return {row.get("held_reason") for row in sends}


def test_a_refused_login_holds_the_queue(phase, end):
    sends, _ = phase(to=["one@b.example"])
    assert states(sends) == ["sent"]
    end.lock()
    sends, account = phase(to=["two@b.example"])
    minutes = 0
    if end.tries_again:
        # Refused once, a password that has worked is tried once more, a minute later: then it is believed.
        assert account["state"] == "enabled" and states(sends) == ["sent", "retry_wait"]
        minutes = 5
        sends, account = phase(minutes=minutes, until="error")
    else:
        # The first sync tries it for itself.
        sends, account = phase(until="nothing")
    assert (account["state"], account["class"]) == ("error", "auth")
    assert "reconnect" in account["held_reason"]
    before = end.tried
    sends, account = phase(minutes=minutes, to=["three@b.example"], until="nothing")
    assert states(sends)[2] == "queued" and reasons(sends[1:]) == {account["held_reason"]}
    assert end.tried == before, "nobody tries it for every message"
    sends, account = phase(minutes=7, reconnect=end.credentials(), until=["sent"] * 3)
    assert account["state"] == "enabled" and "held_reason" not in account
    assert states(sends) == ["sent"] * 3
    assert len(end.messages) == 3


def test_reconnecting_releases_what_waits_for_the_server(phase, end):
    phase(to=["one@b.example"])
    end.rests()
    sends, _ = phase(to=["two@b.example"])
    assert (states(sends), sends[1]["class"]) == (["sent", "retry_wait"], "outage")
    end.becomes(None)
    before = sends[1]["next_attempt"]
    sends, _ = phase(reconnect=end.credentials(), until=["sent"] * 2)
    assert states(sends) == ["sent"] * 2 and sends[1]["sent_at"] < before, "long before its time"


@pytest.mark.parametrize("end", ["smtp"], indirect=True)
def test_reconnecting_leaves_what_waits_for_a_recipient(phase, end):
    """Of one recipient alone: a service has no answer for that."""
    end.says("rcpt", "452 4.2.2 The email account that you tried to reach is over quota")
    sends, _ = phase(to=["one@b.example"])
    end.becomes(None)
    before = sends[0]["next_attempt"]
    sends, _ = phase(reconnect=end.credentials(), until="nothing")
    assert (states(sends), sends[0]["next_attempt"]) == (["retry_wait"], before)


def test_a_suspended_account_holds_the_queue(phase, end):
    end.becomes("suspended")
    sends, account = phase(to=["one@b.example", "two@b.example", "three@b.example"])
    assert states(sends) == ["failed", "queued", "queued"], "what was refused waits for Resend, the others are not tried"
    assert sends[0]["class"] == "suspended" and "Sign in" in sends[0]["advice"]
    assert (account["state"], account["class"]) == ("error", "suspended")
    assert reasons(sends[1:]) == {account["held_reason"]} and "suspended" in account["held_reason"]
    assert end.offered == 1
    sends, _ = phase(minutes=30)
    assert end.offered == 1 and states(sends) == ["failed", "queued", "queued"]
    end.becomes(None)
    sends, account = phase(minutes=31, reconnect=end.credentials())
    assert states(sends) == ["failed", "sent", "sent"] and account["state"] == "enabled"
    sends, _ = phase(minutes=32, resend_all={"class": "suspended"})
    assert states(sends) == ["sent"] * 3
    assert sorted(recipient for _, to, _ in end.messages for recipient in to) == [
        "one@b.example", "three@b.example", "two@b.example"]


@pytest.mark.parametrize("end", ["smtp"], indirect=True)
def test_a_login_that_is_refused_later_in_the_talk_holds_the_queue(phase, end):
    """Some servers take the password and say at MAIL or RCPT that it is not good enough. (A service's token is renewed: test_services.)"""
    end.becomes("login")
    phase(to=["one@b.example"])
    sends, account = phase(minutes=5, to=["two@b.example"], until="error")
    assert set(states(sends)) <= {"queued", "retry_wait"} and account["class"] == "auth"
    assert reasons(sends) == {account["held_reason"]}
    end.becomes(None)
    sends, account = phase(minutes=6, reconnect=end.credentials(), until=["sent", "sent"])
    assert states(sends) == ["sent", "sent"] and account["state"] == "enabled"


def test_a_disconnected_account_holds_the_queue(phase, end):
    end.becomes("rate")
    sends, account = phase(to=["one@b.example"])
    assert states(sends) == ["retry_wait"]
    end.becomes(None)
    sends, account = phase(minutes=60, disconnect=1, until="nothing")
    assert states(sends) == ["retry_wait"] and "disconnected" in sends[0]["held_reason"]
    with mailroom.open(phase.given["store"], key_file=True) as room:
        with pytest.raises(mailroom.MailroomError):
            room.send(account["id"], to="late@b.example", text="Nobody sends it.")
    sends, account = phase(minutes=61, reconnect=end.credentials(), until=["sent"])
    assert states(sends) == ["sent"] and account["state"] == "enabled"


def test_an_account_that_was_given_up_holds_the_queue(phase, end):
    phase(to=["zero@b.example"])
    end.lock()
    phase(minutes=1, to=["one@b.example"])
    phase(minutes=4, until="error")
    sends, account = phase(minutes=3000, until="connection_issue")
    assert account["state"] == "connection_issue"
    before = end.tried
    sends, account = phase(minutes=9000, to=["two@b.example"], until="nothing")
    assert end.tried == before, "nobody tries any more"
    assert "two days" in account["held_reason"] and reasons(sends[1:]) == {account["held_reason"]}
    sends, account = phase(minutes=9001, reconnect=end.credentials(), until=["sent"] * 3)
    assert states(sends) == ["sent"] * 3 and account["state"] == "enabled"


def test_what_a_dead_process_was_at_is_settled_although_the_queue_is_held(phase, store, end):
    status, _ = helper.run(
        PHASE, {**phase.given, "to": ["one@b.example"], "stop": "send.before_dot"}, "dist-test")
    assert status == -signal.SIGKILL
    sends, account = phase(disconnect=1, until=["outcome_unknown"])
    assert account["state"] == "disconnected"
    assert states(sends) == ["outcome_unknown"]
