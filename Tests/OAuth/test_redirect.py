"""Who sends the browser back, where he says so (RFC 9207)."""

import pytest

from OAuth.conftest import sign_in
from OAuth.test_connect import failed
from OAuth.test_tool import ended, said, tool  # noqa: F401 - a fixture
from OAuth.test_tool_steps import URL

BACK = "http://127.0.0.1:9/"
OWN, OTHER = "https://issuer.example", "https://other.example"


def begun(room, oauth, address, servers, **more):
    given = {**oauth.settings(), **servers, **more}
    return sign_in(room.authorize(address=address, redirect_uri=BACK, **given).url)


def test_another_issuer_is_refused_and_nothing_is_spent(room, oauth, address, servers):
    oauth.iss = OTHER
    back = begun(room, oauth, address, servers, issuer=OWN)
    assert back["iss"] == OTHER
    error = failed(room.connect, address=address, **servers, **back)
    assert error.field == "iss" and OTHER in str(error) and OWN in str(error) and error.advice
    assert room.accounts().first() is None and oauth.asked["authorization_code"] == 0
    account = room.connect(address=address, **servers, **{**back, "iss": OWN})
    assert account.state == "enabled"
    back = sign_in(room.authorize(account=account, redirect_uri=BACK).url)
    assert failed(room.reconnect, account, **back).field == "iss", "and where an account is there"
    room.reconnect(account, **{**back, "iss": OWN})


@pytest.mark.parametrize("issuer, iss", [(OWN, None), (None, OTHER), (OWN, OWN)])
def test_what_is_not_said_or_not_known_is_no_contradiction(room, oauth, address, servers, issuer, iss):
    oauth.iss = iss
    back = begun(room, oauth, address, servers, **({"issuer": issuer} if issuer else {}))
    assert room.connect(address=address, **servers, **back).state == "enabled"


@pytest.mark.parametrize("oauth_name, iss, right", [
    ("google", "https://accounts.google.com", True), ("google", OTHER, False),
    ("microsoft", "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0", True),
    ("microsoft", "https://accounts.google.com", False)])
def test_the_known_issuers_are_known(room, address, oauth_name, iss, right):
    state = room.authorize(address=address, redirect_uri=BACK, client_id="crm", oauth=oauth_name).state
    refused = failed(room.authorize, state=state, error="access_denied", iss=iss)
    assert (refused.cause == "oauth.denied") == right and (refused.field == "iss") != right
    if not right:
        again = failed(room.authorize, state=state, error="access_denied")
        assert again.cause == "oauth.denied", "what another one says ends nothing"


def test_the_tool_looks_at_it(tool, oauth, address):  # noqa: F811
    oauth.iss = OTHER
    process = tool("connect", address, "--auth", "oauth2", "--set", f"issuer={OWN}")
    sign_in(said(process, URL), follow=True)
    text = ended(process, 2)
    assert OTHER in text and OWN in text and f"-> mailroom connect {address}, with the same options" in text
    assert "the code" not in text, "which nobody has seen here"
    assert oauth.asked["authorization_code"] == 0
    oauth.iss = OWN
    process = tool("connect", address, "--auth", "oauth2", "--set", f"issuer={OWN}")
    sign_in(said(process, URL), follow=True)
    assert "connected: account 1" in ended(process)
    oauth.iss = OTHER
    process = tool("authorize", address)
    sign_in(said(process, URL), follow=True)
    text = ended(process, 2)
    assert OTHER in text and f"-> mailroom authorize {address}" in text and "the code" not in text
