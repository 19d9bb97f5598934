"""The short form of `python -m Soak.kills`: every step of the queue, some deaths each; and that the comparison sees what it is for."""

import collections
import os

import pytest

from Send.truth import Truth, Wrong
from Soak import kills

SEED = int(os.environ.get("MAILROOM_SEED", "20261121"))
KILLS = {"smtp": 60, "gmail": 30, "graph": 30}


@pytest.mark.limit(300)
@pytest.mark.parametrize("over", KILLS)
def test_killed_in_random_order(over):
    deaths = KILLS[over]
    killed, missed, counts = kills.run(deaths, SEED, over, deaths=deaths // 2)
    print(f"seed {SEED}: {dict(killed)}, not come to {dict(missed)}, {dict(counts)}")
    assert sum(killed.values()) == deaths
    assert counts["sent"] > deaths / 2
    assert len([name for name in killed if name.startswith("point send.")]) >= 4
    if over == "smtp":
        assert counts["outcome_unknown"] >= 1, "the servers of this run leave some unknown"
    else:
        assert counts["outcome_unknown"] == 0, "the service says what became of each"


class Counted:
    """A server that has taken one message for each of these."""

    def __init__(self, *addresses):
        self.taken = collections.Counter(addresses)


def row(key="key-1", id=1, state="sent", **recipients):
    recipients = {name.replace("_", "-") + "@b.example": what for name, what in recipients.items()}
    return {"idempotency_key": key, "id": id, "state": state, "recipients": recipients}


A = "ok-1-0@b.example"
FALSE = {
    "lost": ([], [row("key-2", 2, ok_2_0="waiting")]),
    "another id": ([], [row(id=3, ok_1_0="waiting", state="queued")]),
    "taken twice": ([A, A], [row(ok_1_0="accepted")]),
    "sent, not taken": ([], [row(ok_1_0="accepted")]),
    "taken, said to wait": ([A], [row(state="queued", ok_1_0="waiting")]),
    "taken, said to have failed": ([A], [row(state="failed", ok_1_0="refused")]),
    "nobody asked for it": ([], [row(state="queued", ok_1_0="waiting"), row("key-9", 9, ok_9_0="waiting")]),
    "another recipient": ([], [row(state="queued", ok_1_0="waiting", ok_1_1="waiting")]),
    "two of one key": ([], [row(state="queued", ok_1_0="waiting")] * 2),
}


@pytest.mark.parametrize("what", FALSE)
def test_the_comparison_sees_what_is_false(what):
    taken, rows = FALSE[what]
    truth = Truth([Counted(*taken)])
    truth.ask("key-1", [A])
    truth.ask("key-2", ["ok-2-0@b.example"])
    truth.hear([{"key": "key-1", "id": 1}])
    with pytest.raises(Wrong):
        truth.compare(rows)


def test_the_comparison_takes_what_is_true():
    truth = Truth([Counted(A)])
    truth.ask("key-1", [A])
    truth.hear([{"key": "key-1", "id": 1}])
    for state, recipient in (("sent", "accepted"), ("outcome_unknown", "waiting"), ("sending", "waiting")):
        truth.compare([row(state=state, ok_1_0=recipient)])
    truth.settled([row(ok_1_0="accepted")])
    for state in ("queued", "failed"):
        with pytest.raises(Wrong):
            truth.settled([row(state=state, ok_1_0="waiting")])
