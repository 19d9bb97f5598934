"""Every failure is its own error, with the server's words, within its deadline; and nothing is lost."""

import time

import mailroom
import pytest

from Servers import free_port
from Servers.faulty import FaultyImap, FaultySmtp, Proxy

# connect_timeout_ms and io_timeout_ms of the room are 3 s each.
DEADLINE = 10


def refused(room, fields, expected):
    """The failure of a connect that must fail, its account's row and its log, within the deadline."""
    start = time.monotonic()
    with pytest.raises(expected) as caught:
        room.connect(**fields)
    took = time.monotonic() - start
    assert took < DEADLINE, f"{took:.1f} s"
    accounts = list(room.accounts())
    assert len(accounts) == 1, "the account stays, for the settings page"
    status = room.status(accounts[0]["id"])
    assert status["state"] == "error"
    assert status["cause"], "the status names the cause"
    assert status["advice"], "and says what to do"
    log = list(room.find("log", account=accounts[0]["id"]))
    assert any(row["code"] == caught.value.code for row in log), "and there is a log row of it"
    return caught.value, status, log


def test_wrong_password(room, settings, user):
    error, status, log = refused(room, settings(user, password="wrong"), mailroom.AuthError)
    assert "Authentication failed" in error.server_text
    assert error.class_ == "auth"
    assert "Authentication failed" in status["server_text"]
    assert "wrong" not in str(error.fields) + str(status) + str(log), "the password is in no text"
    room.reconnect(status["id"], password="pass")
    assert room.status(status["id"])["state"] == "enabled"


def test_wrong_smtp_password(room, settings, user):
    error, status, _ = refused(room, settings(user, smtp_password="wrong"), mailroom.AuthError)
    assert "535" in str(error.fields.get("smtp")) or "authentication failed" in error.server_text.lower()


def test_server_that_refuses_the_login_in_its_own_words(room, settings, user):
    with FaultyImap("refuse_login") as server:
        error, status, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="none"), mailroom.AuthError)
        assert "Scripted refusal: ask your administrator" in error.server_text
        assert server.reached == 1, "a refused login is not tried again at once"


def test_unknown_host(room, settings, user):
    error, _, _ = refused(
        room, settings(user, imap_host="no-such-host.invalid"), mailroom.ConnectionError)
    assert error.cause == "connection.name_unknown"
    assert "no-such-host.invalid" in str(error)


def test_nobody_listens(room, settings, user):
    error, _, _ = refused(room, settings(user, imap_port=str(free_port())), mailroom.ConnectionError)
    assert error.cause == "connection.refused"


def test_expired_certificate(room, settings, site, user):
    server = site.another_dovecot(f"expired-{user}", certificate=site.pki.expired)
    for port, tls in ((server.imaps, "implicit"), (server.imap, "starttls")):
        with pytest.raises(mailroom.TLSError) as caught:
            room.connect(**settings(f"{user}.{tls}", imap_port=str(port), imap_tls=tls))
        assert caught.value.cause == "tls.expired"
        assert caught.value.advice
    assert [row["state"] for row in room.accounts()] == ["error", "error"]


def test_certificate_of_another_host(room, settings, site, user):
    with FaultyImap("refuse_login", implicit=site.pki.wrong_host) as server:
        error, _, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="implicit"), mailroom.TLSError)
        assert error.cause == "tls.name_mismatch"
        assert server.reached == 0, "no password goes to it"


def test_certificate_nobody_vouches_for(room, settings, site, user):
    with FaultyImap("refuse_login", implicit=site.pki.self_signed) as server:
        error, _, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="implicit"), mailroom.TLSError)
        assert error.cause == "tls.untrusted"
        assert server.reached == 0


def test_authority_that_is_not_trusted(tmp_path, settings, user):
    with mailroom.open(tmp_path / "other.db", key_file=True) as room:
        with pytest.raises(mailroom.TLSError) as caught:
            room.connect(**settings(user))
        assert caught.value.cause == "tls.untrusted"


@pytest.mark.parametrize("fault", ["silent", "hang_login"])
def test_imap_server_that_hangs(room, settings, user, fault):
    with FaultyImap(fault) as server:
        error, _, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="none"), mailroom.ConnectionError)
        assert error.cause == "connection.timed_out"
        assert server.reached >= 1


def test_server_that_hangs_in_the_tls_handshake(room, settings, user):
    with FaultyImap("silent") as server:
        refused(
            room, settings(user, imap_port=str(server.port), imap_tls="implicit"),
            (mailroom.ConnectionError, mailroom.TLSError))


def test_plain_server_where_tls_was_expected(room, settings, user, site):
    error, _, _ = refused(
        room, settings(user, imap_port=str(site.dovecot.imap), imap_tls="implicit"), mailroom.TLSError)
    assert error.advice


def test_server_that_is_no_imap_server(room, settings, user):
    with FaultyImap("garbage") as server:
        error, _, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="none"), mailroom.ProtocolError)
        assert "400 Bad Request" in error.server_text


def test_server_that_says_goodbye(room, settings, user):
    with FaultyImap("bye") as server:
        error, _, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="none"), mailroom.MailroomError)
        assert "come back at noon" in error.server_text


@pytest.mark.parametrize("fault", ["starttls_refused", "no_starttls"])
def test_starttls_refused_is_never_plain_text(room, settings, user, fault):
    with FaultyImap(fault) as server:
        error, _, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="starttls"), mailroom.TLSError)
        if fault == "starttls_refused":
            assert "out of order today" in error.server_text
            assert server.reached == 1
        else:
            assert server.reached == 0, "no login in plain text"


def test_starttls_injection(room, settings, user):
    with FaultyImap("starttls_injection") as server:
        error, _, _ = refused(
            room, settings(user, imap_port=str(server.port), imap_tls="starttls"), mailroom.TLSError)
        assert error.cause == "tls.injection"
        assert server.reached == 1


@pytest.mark.parametrize("fault", ["starttls_refused", "starttls_injection"])
def test_submission_starttls(room, settings, user, fault):
    with FaultySmtp(fault) as server:
        error, _, _ = refused(
            room, settings(user, smtp_port=str(server.port), smtp_tls="starttls"), mailroom.TLSError)
        if fault == "starttls_refused":
            assert "out of order today" in error.server_text
        else:
            assert error.cause == "tls.injection"
        assert server.reached == 1


def test_server_that_hangs_in_a_sync(room, settings, site, user):
    site.fill(user, 30)
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none"))
        proxy.hang_at = r"FETCH"
        start = time.monotonic()
        with pytest.raises(mailroom.ConnectionError) as caught:
            room.sync(account)
        assert time.monotonic() - start < DEADLINE
        assert caught.value.cause == "connection.timed_out"
        assert proxy.reached >= 1
        assert room.status(account)["state"] == "error"
        proxy.hang_at = None
        room.sync(account)
        status = room.status(account)
        assert (status["state"], status["messages"]) == ("enabled", 30)


def test_server_that_hangs_up_in_the_middle_of_a_message(room, settings, site, user):
    site.fill(user, 30)
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none"))
        proxy.cut_literal = 25_000
        with pytest.raises(mailroom.ConnectionError) as caught:
            room.sync(account)
        assert caught.value.cause == "connection.lost"
        assert proxy.reached >= 1
        proxy.cut_literal = None
        room.sync(account)
        assert room.status(account)["messages"] == 30
        ids = [row["message_id"] for row in room.messages(account=account["id"])]
        assert len(ids) == len(set(ids)) == 30, "nothing is lost and nothing is there twice"
        for message in room.messages(account=account["id"]):
            with room.body(message) as body:
                assert len(body.read()) == message["size"], "no half message was kept"


BAD = [
    ({"address": ""}, "address"),
    ({"address": "no at sign"}, "address"),
    ({"address": "two@x.example, three@x.example"}, "address"),
    ({"address": "a@x.example\r\nBcc: b@x.example"}, "address"),
    ({"provider": "carrier-pigeon"}, "provider"),
    ({"imap_port": "99999"}, "imap_port"),
    ({"imap_port": "twenty"}, "imap_port"),
    ({"imap_tls": "perhaps"}, "imap_tls"),
    ({"no_such_setting": "x"}, "no_such_setting"),
    ({"user_key": [7]}, "user_key"),
    ({"display_name": 7}, "display_name"),
    ({"imap_host": None, "smtp_host": None}, None),
]


@pytest.mark.parametrize("change, field", BAD, ids=[str(change) for change, _ in BAD])
def test_bad_input_leaves_nothing(room, settings, user, change, field):
    before = [row["number"] for row in room.changes()]
    with pytest.raises(mailroom.MailroomError) as caught:
        room.connect(**settings(user, **change))
    assert isinstance(caught.value, (mailroom.InvalidError, mailroom.NotFoundError)), caught.value
    if field:
        assert field in (caught.value.field or "") + str(caught.value)
    assert list(room.accounts()) == []
    assert list(room.find("job")) == []
    assert list(room.find("log")) == []
    assert [row["number"] for row in room.changes()] == before


# ---- sending ----


@pytest.fixture
def scripted(room, settings, user):
    """An account that sends through a scripted server; gives (room, account, server)."""
    with FaultySmtp() as server:
        account = room.connect(
            **settings(user, imap_host=None, imap_port=None, imap_tls=None, smtp_port=str(server.port), smtp_tls="none"))
        yield room, account, server


def sent(room, account, *to):
    number = room.send(account, to=list(to), subject="A test", text="Hello")
    return number, room.send_wait(number, 20)


def test_refused_recipient(scripted):
    room, account, server = scripted
    number, row = sent(room, account, "refuse-x@b.example")
    assert row["state"] == "failed"
    assert row["class"] == "bad_recipient"
    assert row["smtp"] == 550 and row["enhanced"] == "5.1.1"
    assert "does not exist" in row["server_text"] and row["advice"]
    assert server.messages == []
    assert any(entry["what"] == "send" for entry in room.find("log", account=account["id"]))


def test_one_of_two_recipients_refused(scripted):
    room, account, server = scripted
    number, row = sent(room, account, "ok@b.example", "refuse-x@b.example")
    states = {entry["address"]: entry["state"] for entry in room.recipients(number)}
    assert states == {"ok@b.example": "accepted", "refuse-x@b.example": "refused"}
    assert [recipients for _, recipients, _ in server.messages] == [["ok@b.example"]]
    room.resend(number, to="other@b.example")
    room.send_wait(number, 20)
    assert [recipients for _, recipients, _ in server.messages] == [["ok@b.example"], ["other@b.example"]]


def test_put_off_recipient_waits(scripted):
    room, account, server = scripted
    number, row = sent(room, account, "defer-x@b.example")
    assert row["state"] == "retry_wait" and row["temporary"] == 1 and row["next_attempt"]
    assert "Busy, try again later" in row["server_text"]


@pytest.mark.parametrize("to", ["drop-x@b.example", "silent-x@b.example"])
def test_lost_after_the_dot_is_never_sent_twice(scripted, to):
    room, account, server = scripted
    number, row = sent(room, account, to)
    assert row["state"] == "outcome_unknown"
    assert server.reached >= 1 and len(server.messages) == 1
    with pytest.raises(mailroom.MailroomError):
        room.resend(number)
    time.sleep(0.5)
    assert len(server.messages) == 1, "only a person sends it again"


def test_lost_before_the_dot_goes_again(scripted):
    room, account, server = scripted
    # Larger than what the sockets hold: the server hangs up while there is still something to be written.
    number = room.send(account, to="drop-data-x@b.example", subject="A test", text="Hello, hello, hello\n" * 1_000_000)
    assert room.send_wait(number, 20)["state"] == "retry_wait"
    assert server.reached >= 1 and server.messages == []


def test_rejected_content(scripted):
    room, account, server = scripted
    _, row = sent(room, account, "spam-x@b.example")
    assert row["state"] == "failed" and row["smtp"] == 554
    assert "rejected due to content" in row["server_text"]


def test_too_large_for_the_server(room, settings, site, user):
    account = room.connect(**settings(user, smtp_port=str(site.postfix.small), smtp_tls="none"))
    # The connect has learned how much the server takes.
    with pytest.raises(mailroom.InvalidError) as refused:
        room.send(account, to="bob@test.example", subject="big", text="x\n" * 100_000)
    assert refused.value.class_ == "too_large" and refused.value.advice and "takes 0.1 MB at most" in str(refused.value)


def test_sender_that_is_not_the_own(room, settings, site, user):
    account = room.connect(**settings(user, smtp_port=str(site.postfix.owned), smtp_tls="none"))
    number = room.send(account, from_="somebody@test.example", to="bob@test.example", subject="x", text="x")
    row = room.send_wait(number, 20)
    assert row["state"] == "failed"
    assert row["class"] == "send_as_denied"
    assert "not owned by user" in row["server_text"]
