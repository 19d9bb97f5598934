"""What an authorization is good for, and what is left of it: of a mistake nothing is spent, and the mistakes are told apart."""

import sqlite3

import mailroom
import pytest

from OAuth.conftest import sign_in
from OAuth.test_connect import failed, grant
from Servers.postfix import Postfix


@pytest.fixture
def begun(room, oauth, address, servers):
    row = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/", **oauth.settings(), **servers)
    return sign_in(row.url)


def test_a_wrong_address_spends_nothing(room, oauth, address, servers, begun):
    given = {**servers, "state": begun["state"], "code": begun["code"]}
    error = failed(room.connect, address="other@test.example", **given)
    assert isinstance(error, mailroom.InvalidError) and error.field == "address"
    assert address in str(error) and address in error.advice
    assert room.accounts().first() is None and oauth.asked["authorization_code"] == 0
    name, domain = address.split("@")
    assert room.connect(address=f"{name}@{domain.upper()}", **given).state == "enabled"


def test_what_is_wrong_with_a_state_is_told_apart(room, store, address, servers, begun):
    given = {"address": address, **servers, "code": begun["code"]}
    never = failed(room.connect, state="abc", **given)
    assert never.field == "state" and "no authorization that was begun here" in str(never)
    account = room.connect(state=begun["state"], **given)
    used = failed(room.reconnect, account, state=begun["state"], code=begun["code"])
    assert used.field == "state" and "used already" in str(used)
    later = sign_in(room.authorize(account=account, redirect_uri="http://127.0.0.1:9/").url)
    with sqlite3.connect(store) as file:
        assert file.execute("UPDATE authorization SET expires_at = 1 WHERE state = ?", [later["state"]]).rowcount == 1
    file.close()
    late = failed(room.reconnect, account, state=later["state"], code=later["code"])
    assert late.field == "state" and "too old" in str(late)
    for error in never, used, late:
        assert "mr_authorize" in error.advice
    assert room.status(account).state == "enabled"


def test_what_is_used_leaves_no_secret_behind(room, store, address, servers, begun):
    room.connect(address=address, **servers, state=begun["state"], code=begun["code"])
    with sqlite3.connect(store) as file:
        left = file.execute("SELECT spent, account, code, length(secrets) FROM authorization").fetchall()
    file.close()
    assert left == [(2, None, None, 0)]


def test_the_mailbox_that_is_there_is_named(room, oauth, address, servers, connect):
    account = connect()
    again = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/", **oauth.settings(), **servers)
    assert again.same_mailbox == account["id"]
    assert room.authorize(account=account, redirect_uri="http://127.0.0.1:9/").same_mailbox is None


def test_what_is_wrong_has_a_next_step(room, oauth, address, servers):
    given = {**oauth.settings(), **servers, "address": address}
    missing = failed(room.authorize, **given)
    assert "redirect_uri: is missing" in str(missing) and "registered" in missing.advice
    given.pop("authorization_endpoint")
    unknown = failed(room.authorize, redirect_uri="http://127.0.0.1:9/", **given)
    assert unknown.field == "authorization_endpoint" and "google, microsoft" in unknown.advice
    google = failed(
        room.authorize, address="ann@gmail.com", client_id="x", device=1, imap_host="imap.gmail.com")
    assert isinstance(google, mailroom.UnsupportedError) and "browser" in google.advice


def test_revoking_holds_the_mail(site, room, oauth, dovecot, address, user):
    with Postfix(f"{site.folder}/revoked-{user}", site.pki, dovecot) as postfix:
        account = grant(
            room, oauth, address, imap_host="127.0.0.1", imap_port=str(dovecot.imap), imap_tls="starttls",
            smtp_host="127.0.0.1", smtp_port=str(postfix.submission), smtp_tls="starttls")
        assert room.authorize(account=account, revoke=1).revoked == 1
        row = room.status(account)
        assert (row.state, row.cause, row.sync_health, row.send_health) == ("error", "oauth.missing", "failing", "failing")
        assert row.reason and row.advice and row.next_attempt is None
        assert room.log(cause="oauth.missing").first().what == "authorize"
        send = room.send(account, to=address, subject="Held", text="Hi")
        held = room.get("send", send).held_reason
        assert held == room.status(account).held_reason and "its owner signs in again" in held and "reconnect" not in held
        back = sign_in(room.authorize(account=account, redirect_uri="http://127.0.0.1:9/").url)
        room.reconnect(account, state=back["state"], code=back["code"])
        assert room.status(account).state == "enabled" and room.send_wait(send, timeout=30).state == "sent"


def test_a_provider_that_takes_no_password_means_a_token(room):
    job = room.connect(address="ann@gmail.com", provider="gmail", wait=False)
    job.cancel()
    assert room.accounts().first().auth == "oauth2"
