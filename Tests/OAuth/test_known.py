"""The issuers that are built in: what address each is asked at, and by which servers their mail comes; and the PHP face."""

import json
import subprocess
import urllib.parse

import pytest

from OAuth.conftest import DIST, ROOT

ISSUERS = [
    ("ann@gmail.com", {}, "accounts.google.com", "https://mail.google.com/ openid email"),
    ("ann@firm.example", {"oauth": "google"}, "accounts.google.com", "https://mail.google.com/ openid email"),
    ("ann@hotmail.com", {}, "login.microsoftonline.com",
     "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send openid email profile offline_access"),
    ("ann@firm.example", {"oauth": "microsoft", "provider": "pop3", "pop3_host": "outlook.office365.com"},
     "login.microsoftonline.com",
     "https://outlook.office.com/POP.AccessAsUser.All openid email profile offline_access"),
    ("ann@yahoo.com", {}, "api.login.yahoo.com", "mail-w openid"),
    ("ann@aol.com", {}, "api.login.aol.com", "mail-w openid"),
]


@pytest.mark.parametrize(("address", "more", "host", "scopes"), ISSUERS)
def test_an_issuer_is_known(room, address, more, host, scopes):
    begun = room.authorize(address=address, client_id="me", redirect_uri="http://127.0.0.1:5/", **more)
    url = urllib.parse.urlparse(begun.url)
    query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
    assert url.scheme == "https" and url.hostname == host
    assert query["scope"] == scopes and query["client_id"] == "me" and query["state"] == begun.state
    assert query["code_challenge_method"] == "S256" and len(query["code_challenge"]) == 43
    assert query["login_hint"] == address and query["redirect_uri"] == "http://127.0.0.1:5/"
    if host == "accounts.google.com":
        assert query["access_type"] == "offline", "or there is no refresh token"


def test_php_begins_the_same(tmp_path):
    code = """
        require $argv[1] . '/autoload.php';
        Mailroom\\Library::load($argv[2]);
        $room = Mailroom\\Room::open($argv[3], ['key_file' => true, 'work' => 'never']);
        $begun = $room->authorize(['address' => 'ann@gmail.com', 'client_id' => 'me', 'redirect_uri' => 'https://crm.example/back']);
        echo json_encode([$begun, get_class((function () use ($room) {
            try { $room->putToken(1, 'x'); } catch (Mailroom\\MailroomException $e) { return $e; }
        })())]);
    """
    done = subprocess.run(
        ["php", "-d", "ffi.enable=1", "-r", code, "--", str(ROOT / "bindings/php"),
         str(DIST / "lib/libmailroom.so.1"), str(tmp_path / "crm.db")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    begun, error = json.loads(done.stdout)
    assert begun["url"].startswith("https://accounts.google.com/") and begun["state"] in begun["url"]
    assert error == "Mailroom\\NotFoundException"
