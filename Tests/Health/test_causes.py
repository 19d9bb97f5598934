"""Each cause of the catalogue that a server here can be made to show, found by the doctor and in the log."""

import contextlib

import mailroom
import pytest

from EndToEnd import helper
from Servers import PASSWORD, free_port
from Servers.faulty import FaultyImap, FaultySmtp

from . import wordy

# Nobody answers there: the sending domain is not what these tests are about.
NO_DNS = {"resolver": "127.0.0.1:9"}


def doctor(room, account, **arguments):
    return room.check("doctor", account=account, **{**NO_DNS, **arguments}).wait(60)


def by_step(found):
    return {(row["step"], row.get("side")): row for row in found["steps"]}


def fails(room, fields):
    """Connects, which must fail; the account all the same."""
    with contextlib.suppress(mailroom.MailroomError):
        room.connect(**fields)
    return list(room.accounts())[-1]["id"]


def found(room, account, cause, step, side):
    """The doctor stops at that step with that cause; the log and the status have it, too."""
    result = doctor(room, account)
    assert (result["ok"], result["cause"]) == (0, cause), result
    assert (result["failed_step"], result.get("side")) == (step, side), result
    assert result["advice"] and result["title"] and result["reason"]
    steps = by_step(result)
    assert steps[step, side]["ok"] == 0
    # What comes after it on that side is skipped, what comes before is good.
    order = [row for row in result["steps"] if row.get("side") == side]
    at = next(index for index, row in enumerate(order) if row["step"] == step)
    assert all(
        row["ok"] == 1 or row["step"] == "capabilities" and row["skipped"] == 1
        for row in order[:at] if row["step"] != "sending_domain"), order
    rows = list(room.find("log", account=account, cause=cause))
    assert rows and rows[0]["advice"] and rows[0]["title"], list(room.find("log", account=account))
    return result


def plain(settings, user, server, **others):
    return settings(
        user, imap_port=str(server.port), imap_tls="none", smtp_host=None, smtp_port=None, smtp_tls=None, **others)


def test_an_account_that_is_well(room, settings, user):
    account = room.connect(**settings(user))["id"]
    room.sync(account)
    result = doctor(room, account)
    steps = by_step(result)
    assert result["ok"] == 1, result
    for side in ("receive", "send"):
        for name in ("name_resolution", "port", "tls", "greeting", "capabilities", "login", "connections"):
            assert steps[name, side]["ok"] == 1, (name, side)
        assert "127.0.0.1" in steps["name_resolution", side]["found"]
        assert "TLSv1.3" in steps["tls", side]["found"] and "2049-12-31" in steps["tls", side]["found"]
    assert "Dovecot ready" in steps["greeting", "receive"]["found"]
    assert "IDLE" in steps["capabilities", "receive"]["found"]
    assert "sent: Sent" in steps["special_use", "receive"]["found"]
    assert steps["sync", "receive"]["ok"] == 1 and "in step" in steps["sync", "receive"]["found"]
    assert steps["sending_domain", "send"]["skipped"] == 1
    assert steps["discovery", None]["skipped"] == 1


def test_a_message_to_oneself(room, settings, user):
    account = room.connect(**settings(user))["id"]
    room.sync(account)
    result = doctor(room, account, send=1)
    assert result["ok"] == 1, result
    assert "seen in the mailbox" in by_step(result)["send", "send"]["found"]
    assert [row["subject"] for row in room.messages(account=account)] == ["Mailroom looks after this mailbox"]


def test_wrong_password(room, settings, user):
    account = fails(room, settings(user, password="hunter2-hunter2"))
    result = found(room, account, "auth.refused", "login", "receive")
    assert "Authentication failed" in result["server_text"]
    # Each side is looked at for itself.
    assert by_step(result)["login", "send"]["ok"] == 0
    assert "hunter2" not in str(result) + str(list(room.find("log"))) + str(room.status(account))


# What providers were seen to say to a login: the cause, whatever else stands in the line.
LOGINS = [
    ("NO [AUTHENTICATIONFAILED] Authentication failed.", "auth.refused"),
    ("NO [ALERT] Invalid credentials (Failure)", "auth.invalid_credentials"),
    ("NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
     "auth.web_login"),
    ("NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
     "auth.app_password"),
    ("NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator", "auth.imap_disabled"),
    ("NO [AUTHENTICATIONFAILED] Basic authentication is disabled", "auth.basic_off"),
    ("NO [AUTHENTICATIONFAILED] invalid_grant Token has been expired or revoked", "auth.consent"),
    ("NO [AUTHENTICATIONFAILED] Your account has been suspended", "auth.suspended"),
    ("NO [LIMIT] Too many simultaneous connections. (Failure)", "connection.limit"),
    ("NO [UNAVAILABLE] Temporary server error", "service.outage"),
    ("BAD User is authenticated but not connected.", "service.not_connected"),
    ("BAD Request is throttled. Suggested Backoff Time: 1000 milliseconds", "limit.rate"),
    ("NO [ALERT] Account exceeded command or bandwidth limits. (Failure)", "limit.rate"),
    ("cut", "connection.lost_login"),
]


@pytest.mark.parametrize("words,cause", LOGINS, ids=[cause + str(at) for at, (_, cause) in enumerate(LOGINS)])
def test_what_a_server_says_to_a_login(room, settings, user, words, cause):
    with wordy.WordyImap(login=words) as server:
        account = fails(room, plain(settings, user, server))
        result = doctor(room, account)
        if cause in ("limit.rate", "connection.limit"):
            # It is left alone for as long as it wants, also by the doctor.
            assert result["cause"] == cause and result["ok"] == 0, result
            assert list(room.find("log", account=account, cause=cause))
        else:
            found(room, account, cause, "login", "receive")
        assert server.reached


def test_the_connection_breaks_during_an_answer(room, settings, user):
    with wordy.WordyImap(listing="cut") as server:
        account = fails(room, plain(settings, user, server))
        found(room, account, "connection.lost", "folders", "receive")


def test_a_folder_that_the_server_does_not_open(room, settings, user):
    with wordy.WordyImap(select="NO [NOPERM] not for you") as server:
        account = fails(room, plain(settings, user, server))
        with contextlib.suppress(mailroom.MailroomError):
            room.sync(account)
        assert list(room.find("log", account=account, cause="folder.refused"))
        result = doctor(room, account)
        assert (result["failed_step"], result["cause"]) == ("sync", "folder.refused")
        assert "not for you" in result["server_text"]


def test_certificates(room, settings, user, site):
    for name, cause in (("expired", "tls.expired"), ("wrong_host", "tls.name_mismatch"), ("self_signed", "tls.untrusted")):
        with FaultyImap("refuse_login", implicit=getattr(site.pki, name)) as server:
            account = fails(room, settings(
                f"{user}{name}", imap_port=str(server.port), imap_tls="implicit", smtp_host=None, smtp_port=None,
                smtp_tls=None))
            found(room, account, cause, "tls", "receive")
            assert server.reached == 0, "no password goes there"


def test_starttls_refused(room, settings, user):
    with FaultyImap("starttls_refused") as server:
        account = fails(room, settings(
            user, imap_port=str(server.port), smtp_host=None, smtp_port=None, smtp_tls=None))
        found(room, account, "tls.starttls_refused", "tls", "receive")


@pytest.mark.parametrize("others,cause,step", [
    ({"imap_host": "no-such-host.invalid"}, "connection.name_unknown", "name_resolution"),
    ({"imap_port": None}, "connection.refused", "port"),
    ({"imap_tls": "implicit"}, "tls.not_offered", "tls"),
])
def test_wrong_settings(room, settings, user, others, cause, step):
    others = {name: str(free_port()) if name == "imap_port" else value for name, value in others.items()}
    account = fails(room, settings(user, smtp_host=None, smtp_port=None, smtp_tls=None, **others))
    found(room, account, cause, step, "receive")


def test_a_server_that_says_nothing(room, settings, user):
    with FaultyImap("silent") as server:
        account = fails(room, plain(settings, user, server))
        result = found(room, account, "connection.timed_out", "greeting", "receive")
        assert by_step(result)["port", "receive"]["ok"] == 1


def test_another_protocol_answers(room, settings, user):
    with FaultyImap("garbage") as server:
        account = fails(room, plain(settings, user, server))
        result = doctor(room, account)
        assert (result["ok"], result["failed_step"]) == (0, "greeting"), result
        assert "HTTP/1.1" in str(result["steps"])


def test_no_password_is_stored(room, settings, user):
    account = fails(room, settings(user, password=None, smtp_host=None, smtp_port=None, smtp_tls=None))
    found(room, account, "auth.missing", "login", "receive")


# What sending servers say: at which stage, and the cause.
SENDING = [
    ("auth", "535 5.7.8 Username and Password not accepted", "auth.refused"),
    ("auth", "534 5.7.9 Application-specific password required", "auth.app_password"),
    ("auth", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
     "auth.smtp_disabled"),
    ("auth", "550 5.7.30 Basic authentication is not supported for Client Submission.", "auth.basic_off"),
    ("auth", "454 4.7.0 Too many login attempts, please try again later", "send.throttling"),
]


@pytest.mark.parametrize("stage,words,cause", SENDING, ids=[cause for _, _, cause in SENDING])
def test_what_a_sending_server_says_to_a_login(room, user, stage, words, cause):
    with wordy.wordy_smtp(**{stage: words}) as server:
        account = fails(room, {
            "address": f"{user}@test.example", "password": PASSWORD, "smtp_host": "127.0.0.1",
            "smtp_port": str(server.port), "smtp_tls": "none"})
        result = doctor(room, account)
        assert result["ok"] == 0, result
        log = [row.get("cause") for row in room.find("log", account=account)]
        if cause.startswith("auth."):
            assert (result["cause"], result["failed_step"]) == (cause, "login"), result
            assert by_step(result)["greeting", "send"]["ok"] == 1 and cause in log
        else:
            assert result["cause"] in (cause, "limit.rate"), result
            assert set(log) & {cause, "limit.rate"}, log


DELIVERING = [
    ("mail", "554 5.2.252 SendAsDenied; not allowed to send as", "send.send_as_denied"),
    ("rcpt", "550 5.1.1 The email account that you tried to reach does not exist: NoSuchUser", "send.bad_recipient"),
    ("dot", "554 5.2.2 mailbox full; STOREDRV.Submission; MapiExceptionShutoffQuotaExceeded", "send.quota_exceeded"),
    ("dot", "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException", "send.suspended"),
    ("dot", "550 5.4.5 Daily user sending limit exceeded", "send.sending_limit"),
    ("dot", "552 5.3.4 Your message exceeded Google's message size limits", "send.too_large"),
    ("dot", "554 5.7.1 [2] Message rejected under suspicion of SPAM", "send.content_rejected"),
    ("dot", "451 4.3.0 Temporary System Problem. Try again later", "send.outage"),
    ("rcpt", "452 4.2.2 The email account that you tried to reach is over quota", "send.recipient_full"),
    ("dot", "550 no, because", "send.refused"),
]


@pytest.mark.parametrize("stage,words,cause", DELIVERING, ids=[cause for _, _, cause in DELIVERING])
def test_what_a_sending_server_says_to_a_message(room, user, stage, words, cause):
    with wordy.wordy_smtp(**{stage: words}) as server:
        account = room.connect(
            address=f"{user}@test.example", password=PASSWORD, smtp_host="127.0.0.1", smtp_port=str(server.port),
            smtp_tls="none")["id"]
        send = room.send(account, to="bob@b.example", subject="Hello", text="Hi")
        row = room.send_wait(send, 20)
        assert row["cause"] == cause and row["advice"] and row["title"], row
        assert [one["cause"] for one in room.find("log", account=account, what="send")] == [cause]
        result = doctor(room, account, send=1)
        assert (result["cause"], result["failed_step"]) == (cause, "send"), result


def test_sent_is_missing(room, settings, user):
    folders = {"INBOX": "", "Trash": "\\Trash"}
    with wordy.WordyImap(folders=folders) as server, FaultySmtp() as sender:
        account = room.connect(**settings(
            user, imap_port=str(server.port), imap_tls="none", smtp_port=str(sender.port), smtp_tls="none"))["id"]
        result = doctor(room, account)
        assert (result["failed_step"], result["cause"]) == ("special_use", "folders.sent_missing"), result


def test_the_same_mailbox_twice(room, settings, user, site):
    first = room.connect(**settings(user))["id"]
    second = room.connect(
        address=f"{user}@test.example", provider="pop3", password=PASSWORD, pop3_host="127.0.0.1",
        pop3_port=str(site.dovecot.pop3), pop3_tls="starttls")["id"]
    assert list(room.find("log", account=second, cause="mailbox.twice"))
    for account in (first, second):
        result = doctor(room, account)
        assert (result["failed_step"], result["cause"]) == ("duplicates", "mailbox.twice"), result


def test_too_many_connections_at_a_real_server(room, settings, user, site):
    """Dovecot's own limit, and its own words."""
    import socket

    server = site.another_dovecot(f"few-{user}", connections=1)
    account = room.connect(**settings(
        user, imap_port=str(server.imap), smtp_host=None, smtp_port=None, smtp_tls=None))["id"]
    with socket.create_connection(("127.0.0.1", server.imap)) as other:
        stream = other.makefile("rwb")
        stream.readline()
        stream.write(f"a LOGIN {user}@test.example pass\r\n".encode())
        stream.flush()
        while not stream.readline().startswith(b"a "):
            pass
        with pytest.raises(mailroom.MailroomError):
            room.sync(account)
        assert list(room.find("log", account=account, cause="connection.limit"))
        assert doctor(room, account)["cause"] == "connection.limit"


def test_a_real_postfix_refuses_a_stranger(room, settings, user):
    account = room.connect(**settings(user))["id"]
    send = room.send(account, to="nobody@nowhere.invalid", subject="Hello", text="Hi")
    row = room.send_wait(send, 30)
    assert row["state"] in ("failed", "sent", "retry_wait", "bounced")


def test_an_account_that_waits_or_is_gone(room, settings, user):
    company = room.put("company", key="full", mailboxes=0)
    account = room.connect(**settings(user, company=company))
    assert (account["state"], account["colour"], account["billing_enabled"]) == ("pending", "yellow", 0)
    result = doctor(room, account["id"])
    assert (result["failed_step"], result["cause"]) == ("account", "limit.mailboxes")
    assert {row["step"] for row in result["steps"]} == {"account", "discovery"}, "nothing is tried"
    room.disconnect(account["id"])
    result = doctor(room, account["id"])
    assert (result["failed_step"], result["cause"]) == ("account", "mailbox.disconnected")
    assert "password" in result["advice"] and result["title"]
    with pytest.raises(mailroom.ClosedError) as raised:
        room.sync(account["id"])
    assert raised.value.cause == "mailbox.disconnected"


def test_what_was_not_looked_at_is_no_tick(room, settings, user):
    """A login that never worked: no folder is known, and the server has not said what it can do."""
    with wordy.WordyImap(login="NO [AUTHENTICATIONFAILED] no") as server:
        account = fails(room, plain(settings, user, server))
        steps = by_step(doctor(room, account))
        assert steps["sync", "receive"]["skipped"] == 1 and steps["folders", "receive"]["skipped"] == 1
        for row in steps.values():
            assert row.get("skipped") == 1 or row["ok"] == 0 or row.get("found"), row


@pytest.mark.parametrize("mailboxes", [None, 0])
def test_a_reconnect_without_the_lost_password_changes_nothing(room, settings, user, mailboxes):
    """Also where it would only wait for a place."""
    company = room.put("company", key="acme")
    account = room.connect(**settings(user, company=company))["id"]
    room.disconnect(account)
    if mailboxes is not None:
        room.update("company", company, mailboxes=mailboxes)
    before = room.status(account)
    with pytest.raises(mailroom.InvalidError, match="password") as raised:
        room.reconnect(account)
    assert raised.value.cause == "auth.missing"
    assert room.status(account) == before and before["state"] == "disconnected"
    assert (before["billing_enabled"], before.get("next_attempt")) == (0, None)
    room.reconnect(account, password=PASSWORD)
    assert room.status(account)["state"] == ("enabled" if mailboxes is None else "pending")


def test_a_message_that_never_comes_back(room, settings, user):
    """The server takes it and nobody ever sees it: that is no tick."""
    with FaultySmtp() as sender:
        account = room.connect(**settings(user, smtp_port=str(sender.port), smtp_tls="none"))["id"]
        room.sync(account)
        result = doctor(room, account, send=1, timeout_ms=5_000)
        assert (result["failed_step"], result["cause"]) == ("send", "verify.not_seen"), result
        assert result["advice"] and by_step(result)["send", "send"]["found"] == "accepted, and not seen in the mailbox"


def test_every_cause_can_be_read(room):
    rows = list(room.find("cause"))
    assert len(rows) >= 70
    for row in rows:
        assert row["title"] and row["explanation"] and row["advice"], row
        assert row["who"] in ("user", "administrator", "provider", "nobody")
        assert list(room.find("cause", code=row["code"])) == [row]


@pytest.mark.parametrize("account,send,timeout_ms,resolver", [
    (None, None, None, None), (99, None, None, None), (0, 2, None, None), (0, None, 1, None), (0, None, None, "?"),
])
def test_what_is_asked_wrongly(room, settings, user, account, send, timeout_ms, resolver):
    there = room.connect(**settings(user))["id"]
    given = {"account": there if account == 0 else account, "send": send, "timeout_ms": timeout_ms, "resolver": resolver}
    with pytest.raises(mailroom.MailroomError):
        room.check("doctor", **{name: value for name, value in given.items() if value is not None})


WORKER = """
room = mailroom.open(given["store"], key_file=True, work="always", ca_file=given["ca"], poll_ms=1000)
room.start()
account = list(room.accounts())[0]["id"]
end = time.time() + 15
while time.time() < end and not room.status(account).get("last_success"):
    time.sleep(0.05)
answer({"status": dict(room.status(account))})
sys.stdin.read()
room.close()
"""


def test_a_folder_that_is_not_watched(room, store, settings, user, site):
    account = room.connect(**settings(user))["id"]
    room.sync(account)
    inbox = next(row for row in room.folders(account) if row["role"] == "inbox")
    room.update("folder", inbox["id"], mode="interval")
    with helper.start(WORKER, {"store": str(store), "ca": site.ca}, "dist-test") as worker:
        helper.read_answer(worker)
        result = doctor(room, account)
        assert (result["failed_step"], result["cause"]) == ("push", "verify.polling"), result
        worker.stdin.close()
        worker.wait(20)
