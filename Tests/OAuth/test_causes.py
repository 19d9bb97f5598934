"""Each thing that an issuer of tokens can say no by is a cause of its own, with steps; and applications that act for themselves."""

import datetime
import json
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import mailroom
from OAuth.test_connect import failed
from Servers.oauthrows import Client


def refused(error, words="", status=400):
    return (status, {"error": error, "error_description": words})


ROWS = [
    (refused("invalid_grant", "Token has been expired or revoked."), "oauth.revoked"),
    (refused("invalid_grant", "AADSTS50173: The provided grant has expired due to it being revoked."), "oauth.revoked"),
    (refused("invalid_grant", "AADSTS700082: The refresh token has expired due to inactivity."), "oauth.expired"),
    (refused("invalid_grant", "AADSTS65001: The user or administrator has not consented."), "oauth.consent"),
    (refused("invalid_grant", "AADSTS50076: you must use multi-factor authentication"), "oauth.interaction"),
    (refused("interaction_required", "AADSTS53003: Access has been blocked by Conditional Access"), "oauth.interaction"),
    (refused("invalid_grant", "AADSTS50020: User account from identity provider does not exist in tenant"), "oauth.tenant"),
    (refused("unauthorized_client", "AADSTS700016: Application was not found in the directory"), "oauth.tenant"),
    (refused("invalid_request", "AADSTS90002: Tenant 'nowhere' not found."), "oauth.tenant"),
    (refused("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401), "oauth.client"),
    (refused("invalid_client", "AADSTS7000222: The provided client secret keys are expired.", 401), "oauth.client_expired"),
    (refused("unauthorized_client", "AADSTS7000112: Application is disabled."), "oauth.client_disabled"),
    (refused("invalid_client", "AADSTS700024: Client assertion is not within its valid time range.", 401), "oauth.clock"),
    (refused("access_denied", "AADSTS90094: Admin consent is required"), "oauth.admin_consent"),
    (refused("admin_policy_enforced"), "oauth.admin_consent"),
    (refused("invalid_client", "The OAuth client was not found.", 401), "oauth.client"),
    (refused("disabled_client", "", 401), "oauth.client_disabled"),
    (refused("deleted_client", "", 401), "oauth.client_disabled"),
    (refused("invalid_scope", "Some requested scopes were invalid."), "oauth.scope"),
    (refused("invalid_grant", "AADSTS50057: The user account is disabled."), "auth.suspended"),
    (refused("something_new", "never heard of"), "oauth.refused"),
    (refused("temporarily_unavailable", "", 503), "service.outage"),
    ((500, "<html>oops</html>"), "service.outage"),
    ((500, {"error": "invalid_client"}), "service.outage"),
    ((403, "<html>the firewall</html>"), "service.garbled"),
    ((200, "<html>a captive portal</html>"), "service.garbled"),
    ((200, {"token_type": "Bearer"}), "service.garbled"),
    ((200, {"access_token": "two words", "token_type": "Bearer"}), "service.garbled"),
    # The last: nothing is tried again before the time that it names.
    ((429, {"error": "rate_limited"}, {"Retry-After": "7"}), "service.throttled"),
]


@pytest.mark.limit(300)
def test_each_refusal_has_its_cause(room, oauth, connect):
    account = connect()
    causes = {row.code: row for row in room.find("cause")}
    for fault, cause in ROWS:
        oauth.tokens[-1].revoked = True
        oauth.faults = [fault, fault]
        error = failed(room.reconnect, account)
        assert error.cause == cause, (fault, error.cause, str(error))
        assert error.advice and causes[cause].title
        if fault[0] == 429:
            assert error.retry_after_ms in (7000, "7000")
        waits = cause.startswith("oauth.") and cause != "oauth.clock"
        assert ("next_attempt" in room.status(account)) != waits, cause
        oauth.faults = []
    time.sleep(7.5)
    room.reconnect(account)
    assert room.status(account).state == "enabled"


CODE_ROWS = [
    (refused("invalid_grant", "Malformed auth code."), "oauth.code_spent", True),
    (refused("invalid_grant", "AADSTS54005: OAuth2 Authorization code was already redeemed"), "oauth.code_spent", True),
    (refused("redirect_uri_mismatch"), "oauth.redirect", True),
    (refused("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401), "oauth.client", True),
    (refused("temporarily_unavailable", "", 503), "service.outage", False),
]


@pytest.mark.parametrize(("fault", "cause", "over"), CODE_ROWS)
def test_a_code_is_refused(room, oauth, connect, fault, cause, over):
    oauth.faults = [fault]
    error = failed(connect)
    assert error.cause == cause
    account = room.accounts().first()
    if over:
        assert failed(room.reconnect, account).cause == "oauth.missing", "the code is not sent again"
        assert oauth.asked["authorization_code"] == 1
    else:
        room.reconnect(account)
        assert oauth.asked["authorization_code"] == 2, "it was not looked at the first time"


def key_pair():
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "crm")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()) \
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)) \
        .sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    return private, public, certificate


def service(room, oauth, servers, address, client, **more):
    given = {**oauth.settings(client=client, scopes="mail"), **servers, **more}
    return room.connect(address=address, auth="service", **given)


def test_a_service_account_acts_for_a_mailbox(room, oauth, servers, address):
    private, public, _ = key_pair()
    name = "robot@project.example"
    oauth.clients[name] = Client(name, key=public)
    account = service(room, oauth, servers, address, "", service_email=name, service_key=private)
    assert account.auth == "service" and oauth.asked["jwt-bearer"] == 1
    assert oauth.tokens[-1].user == address
    oauth.tokens[-1].revoked = True
    room.reconnect(account)
    assert oauth.asked["jwt-bearer"] == 2 and oauth.asked["refresh_token"] == 0
    oauth.clients[name].permitted = False
    oauth.tokens[-1].revoked = True
    assert failed(room.reconnect, account).cause == "oauth.delegation"
    other, _, _ = key_pair()
    oauth.clients[name].permitted = True
    assert failed(room.reconnect, account, service_key=other).cause in ("oauth.service_account", "oauth.revoked")
    assert failed(room.reconnect, account, service_key="no key at all").cause == "oauth.service_key"


def test_a_google_key_file_is_enough(room, oauth, servers, address):
    private, public, _ = key_pair()
    oauth.clients["robot@json.example"] = Client("robot@json.example", key=public)
    file = json.dumps({"type": "service_account", "client_email": "robot@json.example", "private_key": private})
    assert service(room, oauth, servers, address, "", service_key=file).state == "enabled"


def test_an_application_by_its_secret_and_by_its_certificate(room, oauth, servers, address, user):
    # The mail server takes the application's own name for a user: this one is called like the mailbox.
    oauth.clients[address] = Client(address, secret="shh")
    account = service(room, oauth, servers, address, address, client_secret="shh")
    assert account.state == "enabled" and oauth.forms[-1]["grant_type"] == "client_credentials"
    room.disconnect(account, erase=True)
    private, public, certificate = key_pair()
    oauth.clients[address] = Client(address, key=public)
    account = service(
        room, oauth, servers, address, address, service_key=private, service_certificate=certificate)
    assert account.state == "enabled" and "client_assertion" in oauth.forms[-1]
    assert isinstance(account, mailroom.Row)


def test_the_setting_that_is_wrong_is_named(room, oauth, address, servers):
    given = {**oauth.settings(), **servers}
    for change, field in [
        ({"client_id": None}, "client_id"), ({"redirect_uri": None}, "redirect_uri"), ({"oauth": "nobody"}, "oauth"),
        ({"authorization_endpoint": None}, "authorization_endpoint"), ({"address": "no address"}, "address"),
    ]:
        request = {"address": address, "redirect_uri": "http://127.0.0.1:9/", **given, **change}
        error = failed(room.authorize, **{name: value for name, value in request.items() if value is not None})
        assert error.field == field, (change, error)
