"""The tool: a browser that comes back to it, a code on another device, and a sign-in anew."""

import os
import re
import subprocess

import pytest

from OAuth.conftest import DIST, sign_in
from Servers.process import wait_until


@pytest.fixture
def tool(tmp_path, site, oauth, servers):
    """tool(command ...): started, with the settings that point it at this test's servers."""
    running = []

    def start(command, *arguments):
        settings = {**oauth.settings(), **servers, "ca_file": site.ca}
        client = settings.pop("client_id")
        line = [str(DIST / "bin" / "mailroom"), "--store", str(tmp_path / "crm.db"), command, *arguments]
        if command == "connect":
            line += ["--client-id", client]
            for name, value in settings.items():
                line += ["--set", f"{name}={value}"]
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"]})
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def said(process, pattern):
    """The first line of its notes that has this."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        found = re.search(pattern, line)
        if found:
            return found.group(0)
    raise AssertionError("".join(lines))


def ended(process, status=0):
    output, notes = process.communicate(timeout=60)
    assert process.returncode == status, (output, notes)
    return output + notes


def test_a_browser_comes_back(tool, oauth, address):
    process = tool("connect", address, "--auth", "oauth2")
    url = said(process, r"https://\S+/authorize\?\S+")
    page = sign_in(url, follow=True)
    assert "may close this page" in page
    assert "connected: account 1" in ended(process)
    assert oauth.asked["authorization_code"] == 1
    # What brings another state is not believed, and the access that is not granted is an error of its own.
    oauth.signs_in = "nobody"
    process = tool("authorize", address)
    url = said(process, r"https://\S+/authorize\?\S+")
    back = re.search(r"redirect_uri=([^&]+)", url).group(1).replace("%3A", ":").replace("%2F", "/")
    assert "not the answer" in sign_in(f"{back}?state=other&code=stolen", follow=True)
    assert "not granted" in sign_in(url, follow=True)
    text = ended(process, 4)
    assert "refuses the authorization: access_denied" in text and "allow the access" in text
    oauth.signs_in = None
    process = tool("authorize", address)
    sign_in(said(process, r"https://\S+/authorize\?\S+"), follow=True)
    assert "authorized: account 1" in ended(process)
    # Nobody signs in.
    text = ended(tool("authorize", address, "--timeout", "1"), 7)
    assert "nobody signed in in the time given" in text and f"mailroom authorize {address}" in text
    assert "the tokens are forgotten" in ended(tool("authorize", address, "--revoke"))
    assert oauth.asked["revoke"] == 1


def test_a_code_is_entered_elsewhere(tool, oauth, address):
    process = tool("connect", address, "--device")
    code = said(process, r"[A-Z]{4}-[A-Z]{4}")
    wait_until(lambda: oauth.asked["device_code"] >= 1)
    oauth.approve(code, address)
    assert "connected: account 1" in ended(process)
