"""`mailroom log`, its filters, and the log followed live; `mailroom causes`."""

import json
import select
import signal
import subprocess
import time

import pytest

from .conftest import TOOL


@pytest.fixture
def failing(connected, box):
    """Rows of three kinds: a refused login, nobody there (twice), a refused recipient."""
    connected.run("send", box.address, "--to", box.bad, "--subject", "S", "--text", "T", "--wait", expected=6)
    connected.run("reconnect", box.address, "--set", "fault=auth", expected=4)
    for _ in range(2):
        connected.run("reconnect", box.address, "--set", "fault=offline", expected=5)
    return connected


def test_every_filter(failing, box):
    everything = failing.ask("log")
    causes = {row["cause"]: row for row in everything}
    assert len(everything) == len(causes) >= 3
    auth = next(row for row in everything if row.get("class") == "auth")
    offline = next(row for row in everything if row.get("class") == "connection")
    assert offline["count"] == 2
    for filters, wanted in (
        (["--class", "auth"], [auth]), (["--cause", offline["cause"]], [offline]),
        (["--what", "reconnect", "--class", "connection"], [offline]),
        (["--level", "notice"], [row for row in everything if row["level"] == "notice"]),
        (["--level", "error", "--class", "auth"], [auth]), (["--since", "1h"], everything),
        (["--since", "2020-01-31"], everything), (["--since", "2020-01-31 14:30"], everything), (["--since", "0s"], []),
        ([box.address], everything), (["--limit", "1"], everything[-1:]), (["--limit", "0"], everything),
        (["--class", "too_large"], []),
    ):
        assert failing.ask("log", *filters) == wanted, filters
    assert "nothing in the log fits" in failing.run("log", "--class", "too_large").stdout
    assert "2 times since" in failing.run("log", "--class", "connection").stdout
    told = failing.run("log", "--class", "auth", environment={"TZ": "UTC"}).stdout
    assert f"[auth] ({auth['cause']})" in told and " UTC  " in told
    told = failing.run("log", "--what", "conect")
    assert "reconnect" in told.stderr and "nothing in the log fits" in told.stdout


@pytest.mark.parametrize("line, status, words", [
    (["--cause", "nonesuch"], 3, "mailroom causes"), (["--since", "yesterday"], 2, "--since"), (["--since", "+2h"], 2, "--since"),
    (["--company", "nonesuch"], 3, "mailroom company"), (["--level", "loud"], 2, "--level"), (["--limit", "-1"], 2, "--limit"),
    (["--class", "nonesuch"], 2, "bad_recipient"),
])
def test_a_wrong_filter_is_told(line, status, words, connected):
    assert words in connected.run("log", *line, expected=status).stderr


class Follower:
    """`mailroom log --follow --json`, its rows as they come."""

    def __init__(self, mailroom, *words):
        self.process = subprocess.Popen(
            [TOOL, "--store", mailroom.store, "log", "--follow", "--json", *words], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=mailroom.environment)
        self.rest = b""

    def row(self, timeout=10):
        end = time.monotonic() + timeout
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            if not ready:
                return None
            piece = self.process.stdout.read1()
            if not piece:
                return None
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_log_followed_live(end, failing, box):
    known = failing.ask("log")
    follower, filtered = Follower(failing), Follower(failing, "--class", "auth", "--limit", "1")
    try:
        assert [follower.row() for _ in known] == known
        assert filtered.row()["class"] == "auth"
        # A row that repeats itself comes again with its count; a new one as it is made; each once.
        failing.run("reconnect", box.address, expected=5)
        row = follower.row()
        assert (row["class"], row["count"]) == ("connection", 3)
        failing.run("reconnect", box.address, "--set", "fault=auth", expected=4)
        assert follower.row()["class"] == "auth"
        assert filtered.row()["count"] == 2
        assert follower.row(timeout=1.5) is None and filtered.row(timeout=0.1) is None
        for one in (follower, filtered):
            one.process.send_signal(end)
            assert one.process.wait(20) == 0
            assert one.process.stderr.read() == b""
    finally:
        for one in (follower, filtered):
            one.process.kill()
            one.process.wait()


def test_the_causes(mailroom, connected):
    listed = mailroom.ask("causes", store=False)
    assert len({row["code"] for row in listed}) == len(listed) > 30
    for row in listed:
        assert row["title"] and row["advice"] and row["who"] in ("user", "administrator", "provider", "nobody"), row
    one = mailroom.ask("causes", "auth.refused", store=False)
    told = mailroom.run("causes", "auth.refused", store=False).stdout
    assert one["title"] in told and one["explanation"] in told
    assert "mailroom causes" in mailroom.run("causes", "nonesuch", store=False, expected=3).stderr
    assert [row["code"] for row in connected.ask("causes")] == [row["code"] for row in listed]
