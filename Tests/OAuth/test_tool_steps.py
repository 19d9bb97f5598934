"""The tool, where a login by OAuth 2.0 does not work: which command it names, what it keeps, and how long it waits."""

import json
import subprocess
import time

import pytest

from OAuth.conftest import DIST, sign_in
from OAuth.test_tool import ended, said, tool  # noqa: F401 - a fixture
from Servers.process import wait_until

URL = r"https://\S+/authorize\?\S+"


def rows(tool, *command):
    process = tool(*command, "--json")
    output, notes = process.communicate(timeout=60)
    assert process.returncode == 0, notes
    return json.loads(output)


def in_browser(process):
    return sign_in(said(process, URL), follow=True)


def connected(tool, address):
    process = tool("connect", address, "--auth", "oauth2")
    in_browser(process)
    ended(process)


def plain(tmp_path, *command):
    """Of a store of its own, without any test server."""
    return subprocess.run(
        [str(DIST / "bin" / "mailroom"), "--store", str(tmp_path / "plain.db"), *command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def test_access_that_was_taken_back_is_mended_by_authorize(tool, oauth, address):
    connected(tool, address)
    oauth.revoke_all(address)
    text = ended(tool("sync", address), 4)
    assert f"-> mailroom authorize {address}" in text and "--ask-password" not in text
    for command in ("status",), ("status", address):
        text = ended(tool(*command))
        assert f"-> mailroom authorize {address}" in text and "--ask-password" not in text
    text = ended(tool("reconnect", address), 4)
    assert f"-> mailroom authorize {address}" in text, "no circle"
    text = ended(tool("reconnect", address, "--ask-password"), 2)
    assert "without a password" in text and "mailroom authorize" in text


def test_held_mail_says_which_command_lets_it_go(tool, oauth, address):
    connected(tool, address)
    ended(tool("reconnect", address, "--smtp", "127.0.0.1:1", "--smtp-tls", "none"), 5)
    oauth.revoke_all(address)
    ended(tool("sync", address), 4)
    text = ended(tool("send", address, "--to", address, "--subject", "Held", "--text", "Hi"))
    assert "it is held: the login is refused" in text and f"-> mailroom authorize {address}" in text
    assert f"-> mailroom authorize {address}" in ended(tool("waiting"))


def test_the_advice_in_json_names_the_command_too(tool, oauth, address):
    connected(tool, address)
    oauth.revoke_all(address)
    process = tool("sync", address, "--json")
    error = json.loads(process.communicate(timeout=60)[0])["error"]
    assert process.returncode == 4 and error["cause"] == "oauth.revoked"
    assert error["advice"].splitlines()[-1] == f"mailroom authorize {address}"


def test_reconnect_takes_what_connect_takes(tool, oauth, address):
    oauth.signs_in = "bob@test.example"
    process = tool("connect", address, "--auth", "oauth2")
    in_browser(process)
    text = ended(process, 4)
    assert f"mailroom authorize {address} --set sign_in=NAME" in text and "--ask-password" not in text
    # By that other name: the authorization is good, and this mail server does not let it in.
    process = tool("reconnect", address, "--auth", "oauth2", "--set", "sign_in=bob@test.example")
    in_browser(process)
    assert "refused the login" in ended(process, 4)
    oauth.signs_in = None
    process = tool("reconnect", address, "--oauth", "", "--client-id", "crm", "--set", "sign_in=")
    in_browser(process)
    assert "reconnected: account 1" in ended(process)
    # What changes the application alone signs nobody in.
    assert "reconnected: account 1" in ended(tool("reconnect", address, "--tenant", "test.example"))


def test_the_tool_takes_settings_at_a_sign_in_anew(tool, oauth, address):
    connected(tool, address)
    oauth.signs_in = "bob@test.example"
    process = tool("authorize", address, "--set", "sign_in=bob@test.example", "--set", "direction=read_only")
    in_browser(process)
    # The authorization is good; this Dovecot lets nobody into another's mailbox.
    assert "refused the login" in ended(process, 4)
    row = rows(tool, "status", address)
    assert row["settings"]["sign_in"] == "bob@test.example" and row["direction"] == "read_only", row
    assert "a secret is never an argument" in ended(tool("authorize", address, "--set", "client_secret=x"), 2)
    assert "expected NAME=VALUE" in ended(tool("authorize", address, "--set", "sign_in"), 2)
    assert "exclude each other" in ended(tool("authorize", address, "--revoke", "--set", "sign_in=x"), 2)
    assert "goes with reconnect" in ended(tool("authorize", address, "--auth", "password"), 2)
    oauth.signs_in = None
    process = tool("authorize", address, "--set", "sign_in=")
    in_browser(process)
    assert "authorized: account 1" in ended(process)


def test_an_account_that_is_revoked_is_in_error_at_once(tool, address):
    connected(tool, address)
    assert f"mailroom authorize {address}" in ended(tool("authorize", address, "--revoke"))
    row = rows(tool, "status", address)
    assert (row["state"], row["colour"], row["cause"]) == ("error", "red", "oauth.missing")
    assert "taken away" in row["reason"] and "next_attempt" not in row
    assert "taken away" in ended(tool("log"))
    process = tool("authorize", address)
    in_browser(process)
    ended(process)
    assert rows(tool, "status", address)["state"] == "enabled"


def test_the_time_given_counts_while_a_browser_is_waited_for(tool, address):
    begun = time.monotonic()
    text = ended(tool("connect", address, "--auth", "oauth2", "--timeout", "2"), 7)
    assert 1.5 < time.monotonic() - begun < 30 and f"mailroom connect {address}" in text
    assert rows(tool, "status") == []


def test_a_device_s_code_that_nobody_entered(tool, address):
    text = ended(tool("connect", address, "--device", "--timeout", "3"), 7)
    assert f"mailroom authorize {address} --device" in text and "mailroom reconnect" not in text
    text = ended(tool("status"))
    assert f"-> mailroom authorize {address}" in text and "not brought to its end" in text


def test_a_service_account_without_a_key_is_refused_at_once(tool, oauth, address, tmp_path):
    text = ended(tool("connect", address, "--auth", "service"), 2)
    assert "--secret-file service_key=FILE" in text
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("no key\n")
    text = ended(tool("connect", address, "--auth", "service", "--secret-file", f"service_key={nonsense}"), 2)
    assert "neither a private key in PEM nor" in text
    assert rows(tool, "status") == [] and not oauth.forms, "nothing is kept, and nobody was asked"
    secret = tmp_path / "secret"
    secret.write_text("wrong\n")
    text = ended(tool("connect", address, "--auth", "service", "--client-secret-file", str(secret)), 4)
    assert f"mailroom reconnect {address} --client-id ID --client-secret-file FILE" in text
    text = ended(tool("authorize", address), 2)
    assert "nobody signs in" in text and f"mailroom reconnect {address}" in text
    text = ended(tool("reconnect", address, "--secret-file", f"service_key={nonsense}"), 2)
    assert "neither a private key" in text


def test_a_mailbox_that_is_there_is_refused_before_anybody_signs_in(tool, oauth, address):
    connected(tool, address)
    process = tool("connect", address, "--auth", "oauth2")
    text = ended(process, 1)
    assert "account 1 is the same mailbox" in text and "mailroom authorize 1" in text and "authorize?" not in text
    assert oauth.asked["authorize"] == 1


def test_a_token_is_handed_in(tool, oauth, address, tmp_path):
    process = tool("connect", address, "--auth", "external")
    assert f"mailroom token {address}" in said(process, r"An access token is wanted.*")
    wait_until(lambda: rows(tool, "status"))
    token = tmp_path / "token"
    token.write_text(oauth.token(address).access + "\n")
    assert "handed in" in ended(tool("token", address, "--token-file", str(token), "--expires-in", "3600"))
    assert "connected: account 1" in ended(process)
    assert rows(tool, "status", address)["token_expires"] > time.time() * 1000
    assert "handed in: nobody signs in" in ended(tool("authorize", address), 2)
    assert "--token-stdin" in ended(tool("token", address), 2)


def test_a_token_that_nobody_handed_in(tool, address):
    text = ended(tool("connect", address, "--auth", "external", "--timeout", "3"), 7)
    assert f"mailroom token {address} --token-stdin" in text and "reconnect" not in text
    assert f"-> mailroom token {address}" in ended(tool("status"))


def test_a_disconnected_account_is_mended_by_how_it_logs_in(tool, address):
    connected(tool, address)
    ended(tool("disconnect", address))
    process = tool("sync", address)
    output, notes = process.communicate(timeout=60)
    assert process.returncode == 1 and f"mailroom authorize {address}" in notes and "its password" not in notes
    assert f"mailroom authorize {address}" in ended(tool("reconnect", address), 2)
    assert "authorizing it again" in notes


@pytest.mark.parametrize("command, status, words", [
    (["connect", "ann@x.example", "--provider", "nosuch", "--auth", "oauth2"], 3, "mailroom providers lists them"),
    (["connect", "ann@x.example", "--provider", "nosuch"], 3, "mailroom providers lists them"),
    (["connect", "ann@gmail.com", "--provider", "gmail"], 2, "--client-id"),
    (["connect", "ann@gmail.com", "--imap", "imap.gmail.com", "--client-id", "x", "--device"], 1,
     "without --device"),
    (["connect", "ann@x.example", "--imap", "imap.x.example", "--client-id", "x"], 2, "--oauth NAME is google"),
    (["connect", "ann@gmail.com", "--imap", "imap.gmail.com", "--client-id", "x", "--password-file", "/dev/null"], 2,
     "logs in without a password"),
])
def test_what_is_wrong_before_anybody_is_asked(tmp_path, command, status, words):
    done = plain(tmp_path, *command)
    assert (done.returncode, words in done.stderr) == (status, True), done.stderr
    assert plain(tmp_path, "status").stdout.startswith("no accounts")


def test_google_s_sign_in_offers_no_device(tmp_path):
    done = plain(tmp_path, "connect", "ann@gmail.com", "--imap", "imap.gmail.com", "--client-id", "x", "--timeout", "1")
    assert done.returncode == 7 and "accounts.google.com" in done.stderr
    assert "--device" not in done.stderr and "--listen PORT" in done.stderr


def test_nothing_to_resend_is_said_where_it_is_waited_for(tool, address):
    connected(tool, address)
    assert "nothing to resend" in ended(tool("resend", "--all", "--wait"))
