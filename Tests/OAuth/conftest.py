"""A Dovecot that takes access tokens, the OAuth server that it asks about them, and the shipped library."""

import pathlib
import ssl
import urllib.error
import urllib.parse
import urllib.request

import mailroom
import pytest

from Servers.dovecot import Dovecot
from Servers.fixtures import site, store, user  # noqa: F401 - fixtures
from Servers.oauth import OAuthServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIST, DIST_TEST = ROOT / "dist", ROOT / "dist-test"


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(DIST / "lib" / "libmailroom.so.1")


@pytest.fixture
def oauth(site):
    with OAuthServer(site.pki) as running:
        yield running


@pytest.fixture
def dovecot(site, oauth, user):
    """Of its own for each test: it asks this test's OAuth server."""
    with Dovecot(f"{site.folder}/tokens-{user}", site.pki, tokens=oauth.plain) as running:
        yield running


@pytest.fixture
def address(user):
    return f"{user}@test.example"


@pytest.fixture
def room(store, site):
    with mailroom.open(
        store, key_file=True, ca_file=site.ca, connect_timeout_ms=5000, io_timeout_ms=10000
    ) as opened:
        yield opened


@pytest.fixture
def servers(dovecot):
    """The settings of the mailbox's server."""
    return {"imap_host": "127.0.0.1", "imap_port": str(dovecot.imap), "imap_tls": "starttls"}


@pytest.fixture
def connect(room, oauth, servers, address):
    """connect(...): authorizes the mailbox in a browser, and connects it by what came back."""

    def connected(**more):
        given = {**oauth.settings(), **servers, **more}
        begun = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/back", **given)
        back = sign_in(begun.url)
        assert back["state"] == begun.state
        return room.connect(address=address, **servers, state=back["state"], code=back["code"])

    return connected


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def sign_in(url, follow=False):
    """What a browser does: opens the address, signs in, and is sent back. The query that it would come back with; with
    follow, it goes there, and this is the page that it sees."""
    context = ssl._create_unverified_context()
    handlers = [urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})]
    opener = urllib.request.build_opener(*handlers, *([] if follow else [_Stay]))
    try:
        answer = opener.open(url)
    except urllib.error.HTTPError as refused:
        if follow:
            return refused.read().decode()
        assert refused.code == 302, refused.read()
        place = refused.headers["Location"]
        return {name: values[0] for name, values in urllib.parse.parse_qs(urllib.parse.urlparse(place).query).items()}
    assert follow, "the server did not send the browser back"
    return answer.read().decode()
