"""`mailroom doctor`: what it says of a mailbox that is well and of those that are not, its exit statuses, and the summary of all."""

import json

import pytest

from Servers.dns import NameServer, in_order

from .test_tool import connect, tool


@pytest.fixture(scope="module")
def names():
    """A name server for which the sending domain is in order."""
    with NameServer(in_order("test.example")) as server:
        yield server


def doctor(store, names, *words):
    return tool(store, "doctor", *words, "--resolver", names.address)


def test_a_mailbox_that_is_well(site, store, user, names):
    site.fill(user, 2)
    assert connect(site, store, user).returncode == 0
    assert tool(store, "sync").returncode == 0
    done = doctor(store, names, f"{user}@test.example", "--send")
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout
    for step in ("receive name_resolution", "receive port", "receive tls", "receive greeting", "receive capabilities",
                 "receive login", "receive folders", "receive special_use", "send login", "send sending_domain", "send send"):
        assert f"\u2713 {step}" in told, told
    assert told.splitlines()[-1] == "\u2713 all is well"
    row = json.loads(doctor(store, names, f"{user}@test.example", "--json").stdout)
    assert row["ok"] == 1 and row["address"] == f"{user}@test.example"
    assert {step["step"] for step in row["steps"]} >= {"login", "folders", "connections"}


def test_where_it_stops_and_why(site, store, user, names):
    good, refused, gone = user, f"{user}-refused", f"{user}-gone"
    for each in (good, refused, gone):
        connect(site, store, each)
    assert tool(store, "reconnect", f"{refused}@test.example", "--password-stdin", given="wrong\n").returncode == 4
    assert tool(store, "reconnect", f"{gone}@test.example", "--imap", "127.0.0.1:1", "--imap-tls", "none").returncode == 5
    done = doctor(store, names, f"{refused}@test.example")
    assert done.returncode == 4, done.stdout
    assert "\u2717 receive login" in done.stdout and "(auth.refused)" in done.stdout and "  -> " in done.stdout
    assert "folders" not in done.stdout.split("\u2717 receive login")[0]
    done = doctor(store, names, f"{gone}@test.example")
    assert done.returncode == 5 and "\u2717 receive port" in done.stdout, done.stdout
    done = doctor(store, names, "--all")
    assert done.returncode == 4, "that of the first failure"
    lines = done.stdout.splitlines()
    assert lines[-1] == "1 of 3 mailboxes well"
    table = {line.split()[0]: line for line in lines[-4:-1]}
    assert "well" in table[f"{good}@test.example"] and "auth.refused" in table[f"{refused}@test.example"]
    assert "port, receive" in table[f"{gone}@test.example"]
    rows = json.loads(doctor(store, names, "--all", "--json").stdout)
    assert [row["ok"] for row in rows] == [1, 0, 0]


@pytest.mark.parametrize("words, status", [
    ([], 2), (["a@test.example", "--all"], 2), (["nobody@test.example"], 3), (["--all", "--timeout", "0"], 2),
])
def test_wrong_usage(words, status, store, site, user):
    connect(site, store, user)
    assert tool(store, "doctor", *words).returncode == status
