"""A mailbox that is connected by signing in, what it shows, and what is said where that does not work."""

import time

import mailroom
import pytest

from OAuth.conftest import sign_in
from Servers import seed
from Servers.postfix import Postfix
from Servers.process import wait_until


def test_a_mailbox_is_authorized_connected_and_synced(room, oauth, dovecot, connect, user):
    seed.fill(dovecot.imap, user, 3)
    account = connect()
    assert account.auth == "oauth2" and account.state == "enabled"
    now = time.time() * 1000
    assert now + 3_500_000 < account.token_expires <= now + 3_600_000
    assert abs(account.token_refreshed - now) < 60_000
    room.sync(account)
    assert room.status(account).messages == 3
    assert oauth.asked["authorization_code"] == 1 and oauth.asked["refresh_token"] == 0
    assert "client_id" in account.settings and not any("secret" in name for name in account.settings)
    form = oauth.forms[0]
    assert len(form["code_verifier"]) >= 43 and "client_secret" not in form


def test_the_application_proves_itself_where_it_has_a_secret(room, oauth, connect):
    account = connect(client_id="secretive", client_secret="s3cret")
    assert account.state == "enabled" and oauth.forms[0]["client_secret"] == "s3cret"
    oauth.tokens[-1].revoked = True
    room.reconnect(account)
    assert oauth.forms[1]["client_secret"] == "s3cret", "and at each refresh"


@pytest.mark.parametrize("mechanisms", ["xoauth2", "oauthbearer"])
@pytest.mark.parametrize("capability", ["", "no SASL-IR"])
def test_imap_pop3_and_smtp_take_the_token(site, room, oauth, user, address, tmp_path, mechanisms, capability):
    from Servers.dovecot import Dovecot

    folder = f"{site.folder}/{mechanisms}-{user}"
    cut = f"IMAP4rev1 UIDPLUS AUTH={mechanisms.upper()}" if capability else ""
    with Dovecot(folder, site.pki, tokens=oauth.plain, mechanisms=mechanisms, capability=cut) as dovecot, \
            Postfix(f"{folder}-smtp", site.pki, dovecot) as postfix:
        smtp = {"smtp_host": "127.0.0.1", "smtp_port": str(postfix.submission), "smtp_tls": "starttls"}
        imap = {"imap_host": "127.0.0.1", "imap_port": str(dovecot.imap), "imap_tls": "starttls"}
        account = grant(room, oauth, address, **imap, **smtp)
        send = room.send(account, to=address, subject="By token", text="Hi")
        assert room.send_wait(send).state == "sent"
        wait_until(lambda: arrived(room, account, "By token"))
        pop3 = {"pop3_host": "127.0.0.1", "pop3_port": str(dovecot.pop3), "pop3_tls": "starttls"}
        other = grant(room, oauth, address, provider="pop3", **pop3)
        room.sync(other)
        assert room.status(other).sync_health == "ok"
        assert f"method={mechanisms.upper()}" in dovecot.log()


def test_what_a_disconnect_forgot_is_asked_for(room, oauth, connect):
    account = connect()
    room.disconnect(account)
    before = room.status(account)
    error = failed(room.reconnect, account)
    assert error.cause == "oauth.missing" and "state" in str(error) and isinstance(error, mailroom.InvalidError)
    assert room.status(account) == before and before.state == "disconnected"
    back = sign_in(room.authorize(account=account, redirect_uri="http://127.0.0.1:9/").url)
    room.reconnect(account, state=back["state"], code=back["code"])
    assert room.status(account).state == "enabled"


def arrived(room, account, subject):
    room.sync(account)
    return subject in [message.subject for message in room.messages()]


def grant(room, oauth, address, provider="imap", **servers):
    begun = room.authorize(
        address=address, provider=provider, redirect_uri="http://127.0.0.1:9/", **oauth.settings(), **servers)
    back = sign_in(begun.url)
    return room.connect(address=address, provider=provider, state=back["state"], code=back["code"], **servers)


def failed(call, *arguments, **named):
    with pytest.raises(mailroom.MailroomError) as caught:
        call(*arguments, **named)
    return caught.value


def test_somebody_else_signs_in(room, oauth, connect, address):
    oauth.signs_in = "bob@test.example"
    error = failed(connect)
    assert error.cause == "oauth.wrong_mailbox" and "bob@test.example" in str(error)
    account = room.accounts().first()
    assert account.state == "error" and account.cause == "oauth.wrong_mailbox"
    assert "next_attempt" not in account, "only a person helps"


def test_a_shared_mailbox_is_opened_by_whoever_may(oauth, connect, address):
    oauth.signs_in = "bob@test.example"
    error = failed(connect, sign_in="bob@test.example")
    # The authorization was good; this Dovecot has no shared mailboxes, and says so.
    assert error.cause == "oauth.token_refused" and oauth.asked["refresh_token"] == 1


def test_a_box_is_left_unticked(oauth, connect):
    oauth.granted = "openid email"
    error = failed(connect)
    assert error.cause == "oauth.scope_missing" and "mail" in str(error)


def test_the_access_is_denied(room, oauth, address, servers):
    oauth.signs_in = "nobody"
    begun = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/", **oauth.settings(), **servers)
    back = sign_in(begun.url)
    error = failed(room.authorize, state=back["state"], error=back["error"])
    assert isinstance(error, mailroom.AuthError) and error.cause == "oauth.denied" and error.advice
    again = failed(room.connect, address=address, **servers, state=begun.state, code="x")
    assert again.field == "state"


def test_a_code_is_good_for_one_account_and_one_time(room, oauth, address, servers):
    begun = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/", **oauth.settings(), **servers)
    back = sign_in(begun.url)
    for wrong in ({"state": "wrong", "code": back["code"]}, {"state": begun.state}, {"code": back["code"]}):
        assert failed(room.connect, address=address, **servers, **wrong).field in ("state", "code")
    assert room.accounts().first() is None, "nothing is left behind"
    account = room.connect(address=address, **servers, state=begun.state, code=back["code"])
    assert failed(room.reconnect, account, state=begun.state, code=back["code"]).field == "state"
    assert oauth.asked["authorization_code"] == 1


def test_a_device_is_approved(room, oauth, address, servers, dovecot):
    begun = room.authorize(address=address, device=True, **oauth.settings(), **servers)
    assert begun.user_code and begun.verification_uri.startswith(oauth.url) and begun.interval_ms == 1000
    oauth.slow, start = 1, time.monotonic()
    with room.connect(address=address, **servers, state=begun.state, wait=False) as job:
        while oauth.asked["device_code"] < 1:
            with pytest.raises(mailroom.TimeoutError):
                job.wait(0.3)
        oauth.approve(begun.user_code, address)
        job.wait(60)
    assert room.accounts().first().state == "enabled" and oauth.asked["device_code"] == 2
    assert time.monotonic() - start > 6, "slow_down was obeyed: five seconds more between two questions"


def test_a_device_is_denied(room, oauth, address, servers):
    begun = room.authorize(address=address, device=True, **oauth.settings(), **servers)
    oauth.approve(begun.user_code, address, allow=False)
    assert failed(room.connect, address=address, **servers, state=begun.state).cause == "oauth.denied"
