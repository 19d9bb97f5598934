"""SIGKILL at every named point of a send: the next process settles it, and nothing goes twice or is forgotten."""

import signal

import pytest

from EndToEnd import helper

SEND = """
room = mailroom.open(given["store"], key_file=True, lease_ms=2000)
if given.get("stop"):
    assert hooks().mr_test_stop_at(room._engine, given["stop"].encode(), 1) == 0
sends = list(room.find("send"))
if sends:
    send = sends[0]["id"]
else:
    account = room.connect(address="a@b.example", provider="maildir", path=given["box"], outbox=given["outbox"])
    send = room.send(account, to=["c@d.example"], subject="s", text="t")
row = room.send_wait(send, 20)
answer({"state": row["state"], "attempts": row["attempts"]})
room.close()
"""


@pytest.mark.parametrize("point, state, attempts", [
    ("send.queued", "sent", 1), ("send.attempt_stored", "sent", 2), ("send.before_dot", "outcome_unknown", 1),
    ("send.before_result", "outcome_unknown", 1), ("send.after_result", "sent", 1)])
def test_killed_while_sending(tmp_path, point, state, attempts):
    given = {"store": str(tmp_path / "crm.db"), "box": str(tmp_path / "box"), "outbox": str(tmp_path / "out")}
    for box in ("box", "out"):
        for name in ("cur", "new", "tmp"):
            (tmp_path / box / name).mkdir(parents=True)
    status, _ = helper.run(SEND, {**given, "stop": point}, "dist-test")
    assert status == -signal.SIGKILL
    assert helper.ended_well(SEND, given, "dist-test") == {"state": state, "attempts": attempts}
    arrived = len(list((tmp_path / "out" / "new").iterdir()))
    assert arrived == (0 if point == "send.before_dot" else 1)
