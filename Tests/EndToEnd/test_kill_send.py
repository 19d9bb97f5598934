"""SIGKILL at every named point that a send passes; the server counts what it accepted: nothing is lost, nothing goes twice,
and what cannot be known is said to be unknown."""

import signal

import mailroom
import pytest

from EndToEnd import helper
from Servers.faulty import FaultySmtp

MESSAGES = 3

QUEUE = """
room = mailroom.open(given["store"], key_file=True)
if given.get("stop"):
    assert hooks().mr_test_stop_at(room._engine, given["stop"][0].encode(), given["stop"][1]) == 0
accounts = list(room.accounts())
account = accounts[0]["id"] if accounts else room.connect(**given["settings"])["id"]
for number in range(given["messages"]):
    # The key makes queueing again after a crash harmless.
    room.send(account, to=f"to{number}@b.example", subject=f"Number {number}", text="Hello", idempotency_key=f"key-{number}")
for row in list(room.find("send")):
    if row["state"] in ("queued", "sending"):
        room.send_wait(row["id"], 30)
answer({"states": sorted(row["state"] for row in room.find("send")),
        "reached": {name: hooks().mr_test_reached(name.encode()) for name in given["points"]}})
room.close()
"""

# The point, and the state that the message which was under way must come to.
POINTS = {
    "send.queued": "sent", "send.attempt_stored": "sent", "send.before_dot": "outcome_unknown",
    "send.before_result": "outcome_unknown", "send.after_result": "sent"}


def given(server, store, **more):
    return {
        "store": str(store), "messages": MESSAGES, "points": list(POINTS), **more,
        "settings": {
            "address": "ann@test.example", "password": "pass", "smtp_host": "127.0.0.1",
            "smtp_port": str(server.port), "smtp_tls": "none"}}


def test_every_point_is_reached_by_every_message(tmp_path):
    with FaultySmtp() as server:
        whole = helper.ended_well(QUEUE, given(server, tmp_path / "crm.db"), "dist-test")
        assert whole["states"] == ["sent"] * MESSAGES
        assert whole["reached"] == dict.fromkeys(POINTS, MESSAGES)
        assert len(server.messages) == MESSAGES


@pytest.mark.limit(300)
@pytest.mark.parametrize("point", POINTS)
def test_killed_and_resumed(tmp_path, point):
    for nth in range(1, MESSAGES + 1):
        with FaultySmtp() as server:
            store = tmp_path / f"{nth}.db"
            status, _ = helper.run(QUEUE, given(server, store, stop=[point, nth]), "dist-test")
            assert status == -signal.SIGKILL, f"{point} {nth}: exit status {status}"
            resumed = helper.ended_well(QUEUE, given(server, store), "dist-test")
            unknown = resumed["states"].count("outcome_unknown")
            assert unknown == (POINTS[point] == "outcome_unknown")
            assert resumed["states"].count("sent") == MESSAGES - unknown
            taken = [message for message in server.messages]
            recipients = [recipient for _, to, _ in taken for recipient in to]
            assert len(set(recipients)) == len(recipients), f"{point} {nth}: sent twice"
            # What is said to be sent was taken; what is unknown was taken or not, and goes again only when asked.
            assert MESSAGES - unknown <= len(taken) <= MESSAGES
            before = len(taken)
            with mailroom.open(store, key_file=True) as room:
                for row in room.find("send", state="outcome_unknown"):
                    with pytest.raises(mailroom.MailroomError):
                        room.resend(row["id"])
                    room.resend(row["id"], accept_duplicate=1)
                    assert room.send_wait(row["id"], 20)["state"] == "sent"
            assert len(server.messages) == before + unknown
