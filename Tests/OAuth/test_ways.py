"""The way to an issuer of tokens: straight, where the store's connect_to says, or by the account's own proxy; for every endpoint."""

import types

import mailroom
import pytest

from OAuth.conftest import sign_in
from OAuth.test_connect import failed
from Servers.dovecot import Dovecot
from Servers.oauth import OAuthServer
from Servers.process import Daemon, free_port, wait_for_port, wait_until

NAME = "login.issuer.example"


class Proxy:
    """tinyproxy on loopback, which connects to `allowed` ports alone."""

    def __init__(self, folder, allowed):
        self.port, self.log = free_port(), f"{folder}/proxy.log"
        with open(f"{folder}/proxy.conf", "w") as file:
            file.write(
                f"Port {self.port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\nLogLevel Connect\n"
                + "".join(f"ConnectPort {port}\n" for port in allowed))
        self.daemon = Daemon(["tinyproxy", "-d", "-c", f"{folder}/proxy.conf"], self.log)
        wait_for_port(self.port, self.daemon.alive)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def connects(self):
        with open(self.log) as file:
            return sum("CONNECT 127.0.0.1" in line for line in file)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.stop()


@pytest.fixture
def named(site):
    """The settings of an issuer by a name that no DNS has."""
    with OAuthServer(types.SimpleNamespace(good=site.pki.named("issuer", [NAME]))) as server:
        yield server


def test_connect_to_holds_for_every_endpoint(store, site, named, address, user):
    settings = {
        name: value.replace(named.url, f"https://{NAME}") for name, value in named.settings().items()}
    port = named.url.rsplit(":", 1)[1]
    with Dovecot(f"{site.folder}/ways-{user}", site.pki, tokens=named.plain) as dovecot, mailroom.open(
            store, key_file=True, ca_file=site.ca, connect_to=[f"{NAME}:443:127.0.0.1:{port}"], connect_timeout_ms=5000,
            io_timeout_ms=10000) as room:
        imap = {"imap_host": "127.0.0.1", "imap_port": str(dovecot.imap), "imap_tls": "starttls"}
        begun = room.authorize(address=address, redirect_uri="http://127.0.0.1:9/", **settings, **imap)
        assert begun.url.startswith(f"https://{NAME}/authorize?")
        back = sign_in(begun.url.replace(f"https://{NAME}", named.url))
        account = room.connect(address=address, **imap, state=back["state"], code=back["code"])
        assert account.state == "enabled" and named.asked["authorization_code"] == 1
        named.tokens[-1].revoked = True
        assert room.reconnect(account).state == "enabled" and named.asked["refresh_token"] == 1
        assert room.authorize(account, revoke=True).revoked == 1 and named.asked["revoke"] == 1
        # By a device, and who signed in is asked of userinfo where no id_token says it.
        begun = room.authorize(account, device=True)
        named.approve(begun.user_code, address)
        assert room.reconnect(account, state=begun.state).state == "enabled" and named.asked["device_code"] == 1


def test_without_connect_to_the_name_leads_nowhere(room, oauth, servers, address):
    error = failed(
        room.authorize, address=address, device=True, **servers,
        **{**oauth.settings(), "device_endpoint": f"https://{NAME}/device"})
    assert isinstance(error, mailroom.ConnectionError), error


def test_the_proxy_of_an_account_is_the_way_of_its_tokens(room, oauth, connect, servers, address, tmp_path, store):
    port = int(oauth.url.rsplit(":", 1)[1])
    with Proxy(tmp_path, [port]) as proxy:
        # Given once, to the authorization: it is the account's from then on.
        account = connect(proxy=proxy.url)
        assert account.state == "enabled"
        wait_until(lambda: proxy.connects() >= 1, what="the code has gone by the proxy")
        assert "proxy" not in account.settings, "it may have a password in it"
        with mailroom.open(store, key_file=True, work="never") as other:
            assert proxy.url not in str(other.status(account))
    # Nobody is there any more: no other way is tried.
    oauth.tokens[-1].revoked = True
    before = oauth.asked["refresh_token"]
    error = failed(room.reconnect, account)
    assert error.class_ == "connection" and oauth.asked["refresh_token"] == before, error
    room.reconnect(account, proxy="")
    assert oauth.asked["refresh_token"] == before + 1 and room.status(account).state == "enabled"


def test_a_proxy_that_refuses_says_so(room, oauth, servers, address, tmp_path):
    with Proxy(tmp_path, [1]) as proxy:
        error = failed(room.authorize, address=address, device=True, proxy=proxy.url, **oauth.settings(), **servers)
    assert error.cause == "connection.proxy" and not oauth.devices, error


def test_a_setting_that_a_provider_has_itself_is_shown_once(room):
    for row in room.find("provider"):
        names = [setting["name"] for setting in row["settings"] or []]
        assert len(names) == len(set(names)), row.scheme
        if "oauth2" in (row.auth or []):
            assert "proxy" in names
