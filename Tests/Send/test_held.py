"""Held mail: while the account cannot send, its queue waits, untouched and with the reason; reconnecting releases it, and what
has failed waits for Resend."""

import signal

import mailroom
import pytest

from EndToEnd import helper
from Servers.faulty import FaultySmtp

PHASE = """
room = mailroom.open(given["store"], key_file=True, work=given.get("work", "wait"), connect_timeout_ms=2000)
if given.get("minutes"):
    hooks().mr_test_set_clock(int(time.time() * 1000) + given["minutes"] * 60_000)
if given.get("stop"):
    assert hooks().mr_test_stop_at(room._engine, given["stop"].encode(), 1) == 0
accounts = list(room.accounts())
account = accounts[0]["id"] if accounts else room.connect(**given["settings"])["id"]
if given.get("disconnect"):
    room.disconnect(account)
if given.get("reconnect"):
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


class Server(FaultySmtp):
    """password: the one that it takes. refusal: what RCPT is answered with, and verdict: what the end of the content is;
    None: as usual. tried: the times at which a login, a recipient or a message was refused."""

    def __init__(self):
        self.password, self.refusal, self.verdict, self.tried = "pass", None, None, 0
        super().__init__()

    def _login(self, line, text):
        import base64

        given = base64.b64decode(text.split(" ")[2]).split(b"\0")[-1].decode()
        if given == self.password:
            return line.write("235 2.7.0 Accepted")
        self.tried += 1
        line.write("535 5.7.8 Username and Password not accepted")

    def _recipient(self, line, address, recipients):
        if self.refusal:
            self.tried += 1
            return line.write(self.refusal)
        super()._recipient(line, address, recipients)

    def _data(self, line, sender, recipients):
        if not self.verdict:
            return super()._data(line, sender, recipients)
        line.write("354 End with a line of one dot")
        while line.read() != ".":
            pass
        self.tried += 1
        line.write(self.verdict)
        return True


class Phases:
    def __init__(self, store, server):
        self.given = {
            "store": str(store), "settings": {
                "address": "ann@test.example", "password": "pass", "smtp_host": "127.0.0.1",
                "smtp_port": str(server.port), "smtp_tls": "none"}}

    def __call__(self, **what):
        """One process on the store. until: it works in the background until the sends are in these states, or the account in
        this one; else it sends what is queued and nothing else."""
        mode = {"work": "always"} if "until" in what else {}
        answer = helper.ended_well(PHASE, {**self.given, **mode, **what}, "dist-test")
        return answer["sends"], answer["account"]


@pytest.fixture
def server():
    with Server() as running:
        yield running


@pytest.fixture
def phase(store, server):
    return Phases(store, server)


def states(sends):
    return [row["state"] for row in sends]


def reasons(sends):
    return {row.get("held_reason") for row in sends}


def test_a_refused_login_holds_the_queue(phase, server):
    sends, _ = phase(to=["one@b.example"])
    assert states(sends) == ["sent"]
    server.password = "changed"
    # Refused once, a password that has worked is tried once more, a minute later: then it is believed.
    sends, account = phase(to=["two@b.example"])
    assert account["state"] == "enabled" and states(sends) == ["sent", "retry_wait"]
    sends, account = phase(minutes=5, until="error")
    assert (account["state"], account["class"]) == ("error", "auth")
    assert "reconnect" in account["held_reason"]
    before = server.tried
    sends, account = phase(minutes=5, to=["three@b.example"], until="nothing")
    assert states(sends)[2] == "queued" and reasons(sends[1:]) == {account["held_reason"]}
    assert server.tried == before, "nobody tries it for every message"
    sends, account = phase(minutes=7, reconnect={"password": "changed"}, until=["sent"] * 3)
    assert account["state"] == "enabled" and "held_reason" not in account
    assert states(sends) == ["sent"] * 3
    assert len(server.messages) == 3


def test_reconnecting_releases_what_waits_for_the_server(phase, server):
    phase(to=["one@b.example"])
    server.password = "changed"
    sends, _ = phase(to=["two@b.example"])
    assert states(sends) == ["sent", "retry_wait"]
    server.password = "pass"
    before = sends[1]["next_attempt"]
    sends, _ = phase(reconnect={"password": "pass"}, until=["sent"] * 2)
    assert states(sends) == ["sent"] * 2 and sends[1]["sent_at"] < before, "long before its time"


def test_reconnecting_leaves_what_waits_for_a_recipient(phase, server):
    server.refusal = "452 4.2.2 The email account that you tried to reach is over quota"
    sends, _ = phase(to=["one@b.example"])
    server.refusal = None
    before = sends[0]["next_attempt"]
    sends, _ = phase(reconnect={"password": "pass"}, until="nothing")
    assert (states(sends), sends[0]["next_attempt"]) == (["retry_wait"], before)


def test_a_suspended_account_holds_the_queue(phase, server):
    server.verdict = (
        "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent "
        "exception")
    sends, account = phase(to=["one@b.example", "two@b.example", "three@b.example"])
    assert states(sends) == ["failed", "queued", "queued"], "what was refused waits for Resend, the others are not tried"
    assert sends[0]["class"] == "suspended" and "Sign in" in sends[0]["advice"]
    assert (account["state"], account["class"]) == ("error", "suspended")
    assert reasons(sends[1:]) == {account["held_reason"]} and "suspended" in account["held_reason"]
    assert server.tried == 1
    sends, _ = phase(minutes=30)
    assert server.tried == 1 and states(sends) == ["failed", "queued", "queued"]
    server.verdict = None
    sends, account = phase(minutes=31, reconnect={"password": "pass"})
    assert states(sends) == ["failed", "sent", "sent"] and account["state"] == "enabled"
    sends, _ = phase(minutes=32, resend_all={"class": "suspended"})
    assert states(sends) == ["sent"] * 3
    assert sorted(recipient for _, to, _ in server.messages for recipient in to) == [
        "one@b.example", "three@b.example", "two@b.example"]


def test_a_login_that_is_refused_later_in_the_talk_holds_the_queue(phase, server):
    """Some servers take the password and say at MAIL or RCPT that it is not good enough."""
    server.refusal = "530 5.7.57 Client not authenticated to send mail"
    phase(to=["one@b.example"])
    sends, account = phase(minutes=5, to=["two@b.example"], until="error")
    assert set(states(sends)) <= {"queued", "retry_wait"} and account["class"] == "auth"
    assert reasons(sends) == {account["held_reason"]}
    server.refusal = None
    sends, account = phase(minutes=6, reconnect={"password": "pass"}, until=["sent", "sent"])
    assert states(sends) == ["sent", "sent"] and account["state"] == "enabled"


def test_a_disconnected_account_holds_the_queue(phase, server):
    server.refusal = "451 4.3.0 Temporary System Problem. Try again later"
    sends, account = phase(to=["one@b.example"])
    assert states(sends) == ["retry_wait"]
    server.refusal = None
    sends, account = phase(minutes=60, disconnect=1, until="nothing")
    assert states(sends) == ["retry_wait"] and "disconnected" in sends[0]["held_reason"]
    with mailroom.open(phase.given["store"], key_file=True) as room:
        with pytest.raises(mailroom.MailroomError):
            room.send(account["id"], to="late@b.example", text="Nobody sends it.")
    sends, account = phase(minutes=61, reconnect={"password": "pass"}, until=["sent"])
    assert states(sends) == ["sent"] and account["state"] == "enabled"


def test_an_account_that_was_given_up_holds_the_queue(phase, server):
    phase(to=["zero@b.example"])
    server.password = "changed"
    phase(minutes=1, to=["one@b.example"])
    phase(minutes=4, until="error")
    sends, account = phase(minutes=3000, until="connection_issue")
    assert account["state"] == "connection_issue"
    before = server.tried
    sends, account = phase(minutes=9000, to=["two@b.example"], until="nothing")
    assert server.tried == before, "nobody tries any more"
    assert "two days" in account["held_reason"] and reasons(sends[1:]) == {account["held_reason"]}
    sends, account = phase(minutes=9001, reconnect={"password": "changed"}, until=["sent"] * 3)
    assert states(sends) == ["sent"] * 3 and account["state"] == "enabled"


def test_what_a_dead_process_was_at_is_settled_although_the_queue_is_held(phase, store, server):
    status, _ = helper.run(
        PHASE, {**phase.given, "to": ["one@b.example"], "stop": "send.before_dot"}, "dist-test")
    assert status == -signal.SIGKILL
    sends, account = phase(disconnect=1, until=["outcome_unknown"])
    assert account["state"] == "disconnected"
    assert states(sends) == ["outcome_unknown"]
