"""An issuer of tokens that is slow, unwell, cut off, or another one: whom it keeps waiting, and what is not sent to it."""

import socket
import threading
import time

import mailroom
import pytest

from OAuth.conftest import sign_in
from OAuth.test_causes import key_pair, refused, service
from OAuth.test_connect import failed
from Servers import seed
from Servers.dovecot import Dovecot
from Servers.oauth import OAuthServer
from Servers.oauthrows import Client
from Servers.process import wait_until


def begun(room, oauth, servers, address, **more):
    """An authorization that the browser came back from: what goes to connect."""
    shown = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/", **oauth.settings(), **servers, **more)
    back = sign_in(shown.url)
    return {"state": back["state"], "code": back["code"]}


def until(condition, job):
    """Has the job worked on, which does not end, until the condition holds."""
    end = time.monotonic() + 30
    while True:
        with pytest.raises(mailroom.TimeoutError):
            job.wait(0.2)
        if condition():
            return
        assert time.monotonic() < end


# ---- a code is sent once ----


@pytest.mark.limit(90)
def test_stopping_while_a_code_is_at_the_issuer(room, store, site, oauth, servers, address):
    given = begun(room, oauth, servers, address)
    arrived, answered = threading.Event(), threading.Event()

    def watching(what):
        if what == "token":
            arrived.set()
            answered.wait(30)

    oauth.watching = watching
    job = room.connect(address=address, **servers, **given, wait=False)
    number = job.id
    until(arrived.is_set, job)
    job.close()
    room.close()
    answered.set()
    oauth.watching = lambda what: None
    with mailroom.open(store, key_file=True, ca_file=site.ca) as again:
        with again.job(number) as taken_up:
            assert failed(taken_up.wait, 30).cause == "oauth.code_spent"
        assert oauth.asked["authorization_code"] == 1, "nobody knows what came of it: it is not sent again"


def test_an_answer_that_makes_no_sense_has_spent_the_code(room, oauth, connect):
    oauth.faults = [(200, "<html>a captive portal</html>")]
    assert failed(connect).cause == "service.garbled"
    assert failed(room.reconnect, room.accounts().first()).cause == "oauth.code_spent"
    assert oauth.asked["authorization_code"] == 1


def test_an_answer_of_somebody_in_between_has_not(room, oauth, connect):
    oauth.faults = [(403, "<html>not from here</html>")]
    assert failed(connect).cause == "service.garbled"
    account = room.accounts().first()
    assert account.state == "error" and account.next_attempt, "it is tried again by itself"
    assert room.reconnect(account).state == "enabled" and oauth.asked["authorization_code"] == 2


def test_an_answer_with_fractions_and_gaps_is_good(room, oauth, connect):
    account = connect()
    new = oauth.token(account.address)
    oauth.tokens[-2].revoked = True
    words = '{"access_token": "%s", "token_type": "Bearer", "expires_in": 3599.0, "x": [null], "y": 0.5, "y": 1}'
    oauth.faults = [(200, words % new.access)]
    assert room.reconnect(account).state == "enabled"
    assert abs(room.status(account).token_expires / 1000 - time.time() - 3599) < 60


@pytest.mark.limit(90)
def test_a_code_that_waits_is_sent_where_the_old_access_is_void(room, oauth, dovecot, connect, servers, user, address):
    seed.fill(dovecot.imap, user, 1)
    account = connect()
    oauth.revoke_all(address)
    assert failed(room.sync, account).cause == "oauth.revoked"
    shown = room.authorize(account, redirect_uri="http://127.0.0.1:9/")
    back = sign_in(shown.url)
    oauth.faults = [refused("temporarily_unavailable", "", 503)]
    assert failed(room.reconnect, account, state=back["state"], code=back["code"]).cause == "service.outage"
    room.sync(account)
    assert room.status(account).state == "enabled" and room.status(account).messages == 1
    assert oauth.asked["authorization_code"] == 3, "that of the beginning, the one that met the outage, and again"


# ---- a device ----


@pytest.mark.limit(90)
def test_a_broken_connection_does_not_end_the_wait_for_a_device(room, oauth, address, servers):
    shown = room.authorize(address=address, device=True, **oauth.settings(), **servers)
    oauth.faults = ["hang up", "hang up"]
    with room.connect(address=address, **servers, state=shown.state, wait=False) as job:
        until(lambda: oauth.asked["device_code"] >= 2, job)
        oauth.approve(shown.user_code, address)
        job.wait(60)
    assert room.accounts().first().state == "enabled"


# ---- the mail server is another one ----


def test_an_issuer_that_wants_to_be_left_alone_is_not_the_mail_server(room, oauth, connect):
    account = connect()
    oauth.tokens[-1].revoked = True
    oauth.faults = [(429, {"error": "rate_limited"}, {"Retry-After": "60"})]
    assert failed(room.reconnect, account).cause == "service.throttled"
    asked = oauth.asked["refresh_token"]
    error = failed(room.reconnect, account)
    assert error.cause == "service.throttled" and oauth.asked["refresh_token"] == asked, "it is left alone"
    # With a token from elsewhere the mail server is spoken to at once.
    job = room.reconnect(account, auth="external", wait=False)
    with job:
        room.put_token(account, oauth.token(account.address).access)
        job.wait(20)
    assert room.status(account).state == "enabled"


@pytest.mark.limit(180)
@pytest.mark.parametrize("ends", ["by its time", "refused by the mail server"])
def test_a_slow_issuer_holds_up_nobody_else(site, room, oauth, user, tmp_path, ends):
    with Dovecot(f"{site.folder}/slow-{user}", site.pki, tokens=oauth.plain) as dovecot:
        servers = {"imap_host": "127.0.0.1", "imap_port": str(dovecot.imap), "imap_tls": "starttls"}
        if ends == "by its time":
            oauth.life = 5
        slow = []
        for number in range(9):
            address = f"{user}-{number}@test.example"
            slow.append(room.connect(address=address, **servers, **begun(room, oauth, servers, address)))
        if ends != "by its time":
            for token in oauth.tokens:
                token.revoked = True
        oauth.life = 3600
        address = f"{user}-good@test.example"
        good = room.connect(address=address, **servers, **begun(room, oauth, servers, address))
        if ends == "by its time":
            time.sleep(5.5)
        answered, waiting = threading.Event(), []

        def watching(what):
            if what == "token":
                waiting.append(what)
                answered.wait(60)

        oauth.watching = watching
        jobs = [room.sync(account, wait=False) for account in slow]
        try:
            for job in jobs:
                until(lambda: True, job)
            wait_until(lambda: len(waiting) >= 8, 30)
            start = time.monotonic()
            with room.sync(good, wait=False) as job:
                job.wait(15)
            assert time.monotonic() - start < 10
            assert not answered.is_set()
        finally:
            answered.set()
            for job in jobs:
                job.wait(60)
                job.close()


# ---- what is not told, and to whom ----


def test_what_an_issuer_quotes_is_no_secret(room, oauth, connect):
    account = connect()
    refresh = oauth.tokens[-1].refresh
    oauth.tokens[-1].revoked = True
    oauth.faults = [refused("invalid_grant", f"no such token: {refresh} (client crm)")]
    error = failed(room.reconnect, account)
    assert error.cause == "oauth.revoked" and "client crm" in error.server_text
    told = str(error.server_text) + str(room.status(account)) + "".join(str(row) for row in room.find("log"))
    assert refresh not in told and "***" in told


def test_another_issuer_gets_nothing_of_the_first(site, room, oauth, connect):
    account = connect()
    with OAuthServer(site.pki) as other:
        oauth.tokens[-1].revoked = True
        error = failed(room.reconnect, account, token_endpoint=f"{other.url}/token")
        assert error.cause == "oauth.missing" and other.forms == [] and "token_expires" not in room.status(account)
        shown = room.authorize(account, redirect_uri="http://127.0.0.1:9/", token_endpoint=f"{oauth.url}/token")
        back = sign_in(shown.url)
        for name, value in [("token_endpoint", f"{other.url}/token"), ("client_id", "secretive"), ("oauth", "google")]:
            error = failed(room.reconnect, account, state=back["state"], code=back["code"], **{name: value})
            assert error.field == name
        assert other.forms == []
        assert room.reconnect(account, state=back["state"], code=back["code"]).state == "enabled"


def test_a_password_in_their_place_takes_the_tokens_away(room, connect):
    account = connect()
    failed(room.reconnect, account, auth="password", password="whatever it is")
    shown = room.status(account)
    assert shown.auth == "password" and "token_expires" not in shown and "token_refreshed" not in shown


def test_plain_http_is_for_this_machine(room, oauth, address, servers):
    given = {**oauth.settings(), **servers, "insecure_http": "1", "device_endpoint": "http://192.0.2.1/device"}
    error = failed(room.authorize, address=address, device=True, **given)
    assert error.field == "url", error
    given["device_endpoint"] = f"{oauth.plain}/device"
    assert room.authorize(address=address, device=True, **given).user_code


def test_the_account_s_proxy_is_the_way_to_its_issuer(room, oauth, address):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = failed(
        room.authorize, address=address, provider="gmail", device=True, **oauth.settings(),
        proxy=f"http://127.0.0.1:{port}")
    assert isinstance(error, mailroom.ConnectionError) and oauth.devices == {}


def test_a_service_account_gives_its_access_up(room, oauth, servers, address):
    private, public, _ = key_pair()
    oauth.clients["robot@give.example"] = Client("robot@give.example", key=public)
    account = service(
        room, oauth, servers, address, "", service_email="robot@give.example", service_key=private,
        revocation_endpoint=f"{oauth.url}/token")
    access = oauth.tokens[-1].access
    oauth.faults = [(200, {})]
    assert room.authorize(account, revoke=True).revoked == 1
    assert oauth.forms[-1]["token"] == access and "token_expires" not in room.status(account)


def test_access_that_nothing_renews_is_warned_of(room, oauth, connect, address):
    given = oauth.token(address)
    oauth.faults = [(200, {"access_token": given.access, "token_type": "Bearer", "expires_in": 3600})]
    account = connect()
    assert account.state == "enabled" and account.token_expires
    warned = [row for row in room.find("log") if row.level == "warning" and row.get("cause") == "oauth.expired"]
    assert len(warned) == 1 and "refresh token" in warned[0].message
