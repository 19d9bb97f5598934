"""A real Postfix takes the mail, and reports later what became of it: the reports mark the sends that they are about."""

import time

import mailroom
import pytest

from Servers import PASSWORD


@pytest.fixture
def room(store, site):
    with mailroom.open(store, key_file=True, ca_file=site.ca) as opened:
        yield opened


@pytest.fixture
def account(room, site, user):
    return room.connect(
        address=f"{user}@test.example", password=PASSWORD, imap_host="127.0.0.1", imap_port=str(site.dovecot.imap),
        imap_tls="starttls", smtp_host="127.0.0.1", smtp_port=str(site.postfix.submission), smtp_tls="starttls")["id"]


def send(room, account, *to, **fields):
    """Sends it and waits until the server has taken it."""
    given = {"subject": "Your offer", "text": "Hello", **fields}
    id = room.send(account, to=list(to), **given)
    assert room.send_wait(id, 60)["state"] in ("sent", "bounced")
    return id


def until(room, account, done, seconds=60):
    """Syncs until `done()` is true."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it does not come"
        room.sync(account)
        time.sleep(0.3)


def state(room, id):
    return room.get("send", id)["state"]


def recipients(room, id):
    return {row["address"]: row for row in room.find("recipient", send=id)}


def test_a_bounce_marks_the_send_and_the_recipient(room, account, user):
    gone = f"gone-{user}@test.example"
    id = send(room, account, f"{user}+here@test.example", gone)
    until(room, account, lambda: state(room, id) == "bounced")
    row = room.get("send", id)
    assert row["class"] == "bad_recipient" and row["bounced"] == 1 and row["accepted"] == 1
    assert "User unknown: the mailbox is gone" in row["server_text"]
    assert row["enhanced"] == "5.1.1" and row["advice"] and row["bounced_at"]
    assert gone in row["reason"]
    both = recipients(room, id)
    assert both[gone]["state"] == "bounced" and both[gone]["report"] == "failed" and both[gone]["advice"]
    assert both[f"{user}+here@test.example"]["state"] == "accepted"
    reports = list(room.messages(account=account, report="bounce"))
    assert [report["send"] for report in reports] == [id]
    assert list(room.find("message", send=id, report="bounce")), "and the report is found by the send"
    assert any(log["what"] == "bounce" and gone in log["message"] for log in room.find("log", account=account))


def test_a_delay_is_told_and_changes_nothing(room, account, user):
    slow = f"slow-{user}@test.example"
    id = send(room, account, slow)
    until(room, account, lambda: recipients(room, id)[slow].get("report") == "delayed")
    assert state(room, id) == "sent"
    row = recipients(room, id)[slow]
    assert row["state"] == "accepted" and "The mailbox is resting" in row["server_text"]
    assert "Wait" in row["advice"]
    assert [report["send"] for report in room.messages(account=account, report="delay")] == [id]


def test_resend_goes_to_the_corrected_address(room, account, site, user):
    gone, right = f"gone-{user}@test.example", f"{user}+right@test.example"
    id = send(room, account, gone)
    until(room, account, lambda: state(room, id) == "bounced")
    room.resend(id, to=[right])
    assert room.send_wait(id, 60)["state"] == "sent"
    assert list(recipients(room, id)) == [right]
    assert room.get("send", id).get("bounced_at") is None
    # The report of the first time stays what it is, and marks nothing a second time.
    room.sync(account)
    assert state(room, id) == "sent"


def test_a_machine_that_answers_is_no_bounce(room, account, site, user):
    import smtplib

    id = send(room, account, f"{user}+me@test.example")
    about = room.get("send", id)["message_id"]
    with smtplib.SMTP("127.0.0.1", site.postfix.mx) as client:
        client.sendmail("", [f"{user}@test.example"], (
            f"From: bob@far.example\r\nTo: {user}@test.example\r\nSubject: Out of office\r\nMessage-ID: <ooo-{user}@far.example>\r\n"
            f"Auto-Submitted: auto-replied\r\nIn-Reply-To: <{about}>\r\n\r\nYour mail could not be delivered to me today.\r\n"))
        client.sendmail("fbl@big.example", [f"{user}@test.example"], (
            f"From: fbl@big.example\r\nTo: {user}@test.example\r\nSubject: complaint\r\nMessage-ID: <arf-{user}@big.example>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=f\r\n\r\n"
            "--f\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n\r\n"
            f"--f\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--f--\r\n"))

    def kinds():
        return sorted(row["report"] for row in room.messages(account=account) if row.get("report") and row.get("send") == id)

    until(room, account, lambda: kinds() == ["abuse", "auto_reply"])
    assert state(room, id) == "sent"
    assert all(row["state"] == "accepted" for row in room.find("recipient", send=id))
