"""Sending through Microsoft Graph: SIGKILL at every step, and the answer cut anywhere."""

import os

import mailroom
import pytest

from Graph.account import Account
from Send import clock
from Send.graph import Run
from Servers.graph import Graph
from Sync.cutting import Cutting

SEED = int(os.environ.get("MAILROOM_SEED", "20261121"))
MINUTE = 60_000


@pytest.fixture
def account(tmp_path):
    with Graph() as graph:
        graph.mailbox("ann@test.example")
        with Account(graph, tmp_path / "crm.db") as connected:
            yield connected
        assert graph.wrong == []


@pytest.mark.parametrize("octets", range(0, 200, 7))
def test_taken_and_the_answer_cut_anywhere(account, octets):
    """Graph is asked whether it has it, and is believed: it never goes twice."""
    account.graph.faults.cut("POST .*/sendMail", octets)
    sent = account.sent()
    state = sent.state
    if state == "outcome_unknown":
        clock.forward(3 * MINUTE)
        account.sync()
        state = account.room.get("send", sent.id)["state"]
    assert state == "sent" and len(account.graph.outgoing) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_not_taken_and_nobody_knows(account, status):
    """An answer of 5xx says nothing; two minutes later "not found" does, and it goes again by itself."""
    account.graph.faults.fail("POST .*/sendMail", status, "UnknownError", "Later.")
    sent = account.sent()
    assert sent.state == "outcome_unknown"
    account.sync()
    assert account.room.get("send", sent.id)["state"] == "outcome_unknown", "too early to be believed"
    for minutes in (2, 6):
        clock.forward(minutes * MINUTE)
        account.sync()
    assert account.room.send_wait(sent.id, 20).state == "sent"
    assert len(account.graph.outgoing) == 1


def test_cut_within_the_message(account):
    """A connection that ends while the message is being written says that nothing was taken: it goes again."""
    with Cutting(account.graph.port) as cutting:
        account.room.reconnect(account.id, graph_api=account.graph.settings(cutting.port)["graph_api"])
        cutting.cut_after(600_000)
        sent = account.sent(text="A line that takes room in the message.\n" * 40_000)
        assert cutting.cuts == 1
        assert (sent.state, account.room.get("send", sent.id)["class"]) == ("retry_wait", "connection")
        account.room.resend(sent.id)
        assert account.room.send_wait(sent.id, 20).state == "sent" and len(account.graph.outgoing) == 1


@pytest.mark.limit(600)
def test_killed_in_random_order(tmp_path):
    deaths = 40
    run = Run(SEED, 0, deaths, str(tmp_path)).run()
    print(f"seed {SEED}: {dict(run.killed)}, not come to {dict(run.missed)}, {dict(run.truth.counts)}")
    assert sum(run.killed.values()) == deaths
    assert run.truth.counts["sent"] > deaths / 2
    assert run.truth.counts["outcome_unknown"] == 0, "Graph says what became of each"
    assert len([name for name in run.killed if name.startswith("point send.")]) >= 4


def test_a_send_as_that_is_not_allowed(account):
    sent = account.sent(**{"from": "boss@test.example"})
    row = account.room.get("send", sent.id)
    assert (row["state"], row["class"]) == ("failed", "send_as_denied")
    account.box.may_send_as.add("boss@test.example")
    account.room.resend(sent.id)
    assert account.room.send_wait(sent.id, 20).state == "sent"


def test_the_service_keeps_the_copy(account):
    sent = account.sent(cc="amy@b.example", bcc=["eve@b.example", "joe@b.example"])
    (_, to, _), = account.graph.outgoing
    assert sorted(to) == ["amy@b.example", "bob@b.example", "eve@b.example", "joe@b.example"]
    account.sync()
    row = account.room.get("send", sent.id)
    assert row["sent_copy"] == "server" and row["accepted"] == 4
    assert len(account.box.inside(account.folder("sentitems"))) == 1
    assert isinstance(account.room.get("message", row["message"]), mailroom.Row)
