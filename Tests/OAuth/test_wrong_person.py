"""Somebody else signs in for a mailbox that works, or nobody does: the grant is refused, and the account goes on as it was."""

import pytest

from OAuth.conftest import sign_in
from OAuth.test_connect import failed
from OAuth.test_tool import ended, tool  # noqa: F401 - a fixture
from OAuth.test_tool_steps import connected, in_browser, rows
from Servers import PASSWORD, seed
from Servers.gmail import ALL_SCOPES, Gmail

BOB = "bob@test.example"
BACK = "http://127.0.0.1:9/"


def standing(room, account):
    """What a grant that is refused must not change."""
    row = room.status(account)
    names = ("state", "since", "auth", "sync_health", "cause", "reason", "next_attempt", "token_expires",
             "token_refreshed", "settings", "attempts")
    return {name: row.get(name) for name in names}


def granted_anew(room, account, **settings):
    back = sign_in(room.authorize(account=account, redirect_uri=BACK, **settings).url)
    return lambda: room.reconnect(account, state=back["state"], code=back["code"])


def goes_on(room, oauth, account, address):
    """By the tokens that it had: the one that is there, and the one that renews it."""
    oauth.signs_in = None
    room.sync(account)
    oauth.tokens[0].revoked = True
    room.sync(account)
    assert [form["grant_type"] for form in oauth.forms].count("refresh_token") == 1
    assert oauth.tokens[-1].user == address and room.status(account).state == "enabled"


def test_somebody_else_signs_in_for_a_mailbox_that_works(room, oauth, connect, address):
    account = connect()
    room.sync(account)
    before = standing(room, account)
    oauth.signs_in = BOB
    error = failed(granted_anew(room, account))
    assert error.cause == "oauth.wrong_mailbox" and error.advice
    assert BOB in str(error) and address in str(error) and "left as it was" in str(error)
    assert standing(room, account) == before
    noted = room.log(cause="oauth.wrong_mailbox").first()
    assert (noted.what, noted.level) == ("reconnect", "warning") and BOB in noted.message
    goes_on(room, oauth, account, address)


@pytest.mark.parametrize("way", ["denied", "unticked"])
def test_nobody_grants_it(room, oauth, connect, address, way):
    account = connect()
    room.sync(account)
    before = standing(room, account)
    if way == "denied":
        begun = room.authorize(account=account, device=True)
        oauth.approve(begun.user_code, address, allow=False)
        error = failed(room.reconnect, account, state=begun.state)
    else:
        oauth.granted = "openid email"
        error = failed(granted_anew(room, account))
    assert error.cause == {"denied": "oauth.denied", "unticked": "oauth.scope_missing"}[way]
    assert standing(room, account) == before
    goes_on(room, oauth, account, address)


def test_by_another_application(room, oauth, connect, address):
    """Whose tokens would go with the change: it comes to nothing, and so does the change."""
    account = connect()
    room.sync(account)
    before = standing(room, account)
    oauth.signs_in = BOB
    error = failed(granted_anew(room, account, client_id="secretive", client_secret="s3cret"))
    assert error.cause == "oauth.wrong_mailbox" and standing(room, account) == before
    goes_on(room, oauth, account, address)
    assert oauth.forms[-1]["client_id"] == "crm" and "client_secret" not in oauth.forms[-1]


def test_where_there_was_a_password(room, oauth, dovecot, servers, address, site, user):
    """The mailbox is to go over to signing in; the wrong one does, and the password still holds."""
    from Servers.dovecot import Dovecot

    with Dovecot(f"{site.folder}/both-{user}", site.pki) as plain:
        own = {"imap_host": "127.0.0.1", "imap_port": str(plain.imap), "imap_tls": "starttls"}
        seed.fill(plain.imap, user, 2)
        account = room.connect(address=address, password=PASSWORD, **own)
        room.sync(account)
        before = standing(room, account)
        oauth.signs_in = BOB
        error = failed(granted_anew(room, account, **oauth.settings()))
        assert error.cause == "oauth.wrong_mailbox" and standing(room, account) == before
        room.sync(account)
        assert room.status(account).messages == 2 and room.status(account).state == "enabled"


def test_where_the_issuer_does_not_say_who_signed_in_the_mail_server_is_asked(room, oauth, servers, dovecot, address):
    silent = {**oauth.settings(), **servers, "scopes": "mail"}
    silent.pop("userinfo_endpoint")
    back = sign_in(room.authorize(address=address, redirect_uri=BACK, **silent).url)
    account = room.connect(address=address, **servers, state=back["state"], code=back["code"])
    room.sync(account)
    assert oauth.asked["userinfo"] == 0
    before = standing(room, account)
    oauth.signs_in = BOB
    error = failed(granted_anew(room, account))
    assert error.cause == "oauth.token_refused" and address in str(error) and "left as it was" in str(error)
    assert standing(room, account) == before
    goes_on(room, oauth, account, address)
    # The right one is let in as ever.
    granted_anew(room, account)()
    assert room.status(account).token_refreshed > before["token_refreshed"]


class _Known(dict):
    """The tokens of the OAuth server, as Gmail knows them."""

    def __init__(self, oauth):
        super().__init__()
        self.oauth = oauth

    def _owner(self, access):
        return next((row.user for row in self.oauth.tokens if row.access == access and not row.revoked), None)

    def __contains__(self, access):
        return self._owner(access) is not None

    def __getitem__(self, access):
        return self._owner(access), ALL_SCOPES


def test_gmail_says_whose_mailbox_it_is(room, oauth, address):
    with Gmail() as gmail:
        for owner in (address, BOB):
            gmail.mailbox(owner)
        gmail.tokens = _Known(oauth)
        given = {**oauth.settings(), "scopes": "mail", "provider": "gmail", "insecure_http": "1",
                 "gmail_api": f"http://127.0.0.1:{gmail.port}", "budget_user": "0", "budget_project": "0"}
        given.pop("userinfo_endpoint")
        begun = room.authorize(address=address, redirect_uri=BACK, **given)
        back = sign_in(begun.url)
        own = {name: given[name] for name in ("provider", "gmail_api", "insecure_http", "budget_user", "budget_project")}
        account = room.connect(address=address, state=back["state"], code=back["code"], **own)
        room.sync(account)
        before = standing(room, account)
        oauth.signs_in = BOB
        error = failed(granted_anew(room, account))
        assert error.cause == "oauth.wrong_mailbox" and BOB in str(error) and address in str(error)
        assert standing(room, account) == before
        goes_on(room, oauth, account, address)
        assert gmail.wrong == []


def test_an_account_that_is_in_error_keeps_its_error(room, oauth, connect, address):
    account = connect()
    oauth.revoke_all(address)
    assert failed(room.sync, account).cause == "oauth.revoked"
    before = standing(room, account)
    oauth.signs_in = BOB
    assert failed(granted_anew(room, account)).cause == "oauth.wrong_mailbox"
    assert standing(room, account) == before and before["cause"] == "oauth.revoked"
    oauth.signs_in = None
    granted_anew(room, account)()
    assert room.status(account).state == "enabled"


def test_the_tool_says_whose_it_is(tool, oauth, address):  # noqa: F811
    connected(tool, address)
    before = rows(tool, "status", address)
    oauth.signs_in = BOB
    process = tool("authorize", address)
    in_browser(process)
    text = ended(process, 4)
    assert f"{BOB} signed in, where {address} was to do so; the account is left as it was" in text
    assert "--set sign_in=NAME" in text
    after = rows(tool, "status", address)
    for name in ("state", "since", "token_expires", "token_refreshed"):
        assert after[name] == before[name], name
    ended(tool("sync", address))
