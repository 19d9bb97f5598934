"""The same over a real Dovecot and a real Postfix, with the library and with the tool: what is found is connected, and mail comes."""

import json
import subprocess

import pytest

from Servers import PASSWORD, Dovecot, Postfix
from Servers.dns import NameServer

from .conftest import DIST

TOOL = DIST / "bin" / "mailroom"
ZONE = {
    "_imaps._tcp.test.example": ["SRV 0 1 993 imap.test.example"], "_imap._tcp.test.example": ["SRV 0 1 143 imap.test.example"],
    "_submission._tcp.test.example": ["SRV 0 1 587 smtp.test.example"],
}


@pytest.fixture(scope="module")
def servers(pki, tmp_path_factory):
    from Servers import scratch

    pki.good = pki.named("site", ["localhost", "imap.test.example", "smtp.test.example"])
    folder = scratch()
    with Dovecot(f"{folder}/dovecot", pki) as dovecot:
        postfix = Postfix(f"{folder}/postfix", pki, dovecot)
        try:
            with NameServer(ZONE) as names:
                leads = [
                    f"imap.test.example:993:127.0.0.1:{dovecot.imaps}", f"imap.test.example:143:127.0.0.1:{dovecot.imap}",
                    f"smtp.test.example:587:127.0.0.1:{postfix.submission}", "localhost::127.0.0.1:",
                    "::127.0.0.1:1"]
                yield names.address, leads
        finally:
            postfix.stop()


def tool(servers, pki, *arguments, text=None, status=0):
    names, leads = servers
    command = [TOOL, *arguments, "--resolver", names, "--ca", pki.ca]
    for lead in leads:
        command += ["--connect-to", lead]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_the_library_connects_what_it_found(servers, pki, store):
    import mailroom

    names, leads = servers
    with mailroom.open(store, key_file=True, ca_file=pki.ca, resolver=names, connect_to=leads, autodiscover="") as room:
        found = room.discover("ann@test.example")
        assert found["ok"] == 1 and found["source"] == "srv" and found["auth"] == ["password"]
        proofs = found["findings"][0]["servers"]
        assert [(one["port"], one["proved"]) for one in proofs] == [(993, 1), (143, 1), (587, 1)]
        assert "Dovecot ready" in proofs[0]["greeting"]
        account = room.connect(**found["connect"], password=PASSWORD)
        assert account["state"] == "enabled" and account["settings"]["imap_host"] == "imap.test.example"
        room.sync(account)
        send = room.send(account, to="ann@test.example", subject="Found", text="by itself")
        assert room.send_wait(send, timeout=20).state == "sent"


def test_the_tool_shows_it(servers, pki):
    shown = tool(servers, pki, "discover", "ann@test.example")
    assert "imap imap.test.example:993, smtp smtp.test.example:587" in shown and "logs in with a password" in shown
    assert "-> With a password: mailroom connect ann@test.example" in shown
    row = json.loads(tool(servers, pki, "discover", "ann@test.example", "--json"))
    assert row["connect"]["imap_host"] == "imap.test.example"


def test_the_tool_says_where_nothing_is(servers, pki):
    shown = tool(servers, pki, "discover", "ann@nowhere.example", status=1)
    assert "nothing says where the mail of nowhere.example is" in shown
    assert "-> mailroom connect ann@nowhere.example --imap HOST --smtp HOST" in shown


def test_the_tool_says_how_one_signs_in(servers, pki):
    shown = tool(servers, pki, "discover", "ann@gmail.com", status=1)
    assert "mailroom connect ann@gmail.com --auth oauth2 --oauth google --client-id ID" in shown
    assert "--provider gmail" in shown


def test_the_tool_connects_without_naming_a_server(servers, pki, store):
    shown = tool(servers, pki, "--store", str(store), "connect", "bob@test.example", "--password-stdin", text=f"{PASSWORD}\n")
    assert "imap imap.test.example:993, smtp smtp.test.example:587" in shown and "bob@test.example connected" in shown


def test_the_tool_names_nobody_a_password_that_is_not_proved(servers, pki, store):
    """Nothing is kept, and nothing was asked for."""
    names, leads = servers
    shown = subprocess.run(
        [TOOL, "--store", store, "connect", "bob@nowhere.example", "--password-stdin", "--resolver", names,
         "--connect-to", "::127.0.0.1:1"],
        input="", capture_output=True, text=True, timeout=60)
    assert shown.returncode == 1, shown
    assert "--imap HOST" in shown.stderr and "nothing says where the mail of nowhere.example is" in shown.stderr
    listed = subprocess.run([TOOL, "--store", store, "status", "--json"], capture_output=True, text=True, timeout=60)
    assert "nowhere" not in listed.stdout


def test_the_doctor_compares(servers, pki, store):
    import mailroom

    names, leads = servers
    with mailroom.open(store, key_file=True, ca_file=pki.ca, resolver=names, connect_to=leads, autodiscover="") as room:
        found = room.discover("ann@test.example")["connect"]
        account = room.connect(**found, password=PASSWORD)["id"]
        assert _discovery(room, account) == {
            "ok": 1, "found": "as found: imap imap.test.example, smtp smtp.test.example"}
        # A server that is there no more.
        with pytest.raises(mailroom.MailroomError):
            room.reconnect(account, imap_host="old.test.example")
        step = _discovery(room, account)
        assert step["ok"] == 0 and step["cause"] == "settings.wrong"
        assert "old.test.example is set, imap.test.example:993 is found (srv)" in step["found"]
        assert "imap_host=imap.test.example" in step["advice"] and "imap_tls=implicit" in step["advice"]
        # One that works, though nobody names it.
        room.reconnect(account, imap_host="imap.test.example", smtp_host="localhost", smtp_port=leads[2].rpartition(":")[2])
        step = _discovery(room, account)
        assert step["ok"] == 1 and "smtp: localhost is set, smtp.test.example:587 is found (srv)" in step["found"]


def _discovery(room, account):
    result = room.check("doctor", account=account, timeout_ms=60_000).wait(60)
    step = next(step for step in result["steps"] if step["step"] == "discovery")
    assert step["ms"] < 21_000
    return {name: value for name, value in step.items() if name not in ("step", "ms", "title")}
