"""The audit and the round trip, by the library and by the tool, on a real Dovecot."""

import json
import pathlib
import subprocess

import mailroom
import pytest

from Servers import wait_until
from Servers.faulty import Proxy

TOOL = pathlib.Path(__file__).resolve().parents[2] / "dist" / "bin" / "mailroom"


def tool(store, *words):
    return subprocess.run(
        [str(TOOL), "--store", str(store), *words], capture_output=True, text=True, timeout=120)


@pytest.fixture
def account(room, settings, site, user, other):
    for number in range(40):
        other.append("INBOX", number)
    account = room.connect(**settings(user, ca_file=site.ca))
    room.sync(account)
    return account


def counts(found):
    return tuple(found[name] for name in ("missing", "extra", "flags"))


def test_a_mailbox_in_step_is_clean(room, account, store):
    found = room.audit(account)
    assert counts(found) == (0, 0, 0)
    assert (found["server"], found["stored"], found["failed_folders"]) == (40, 40, 0)
    assert not found["items"]
    assert {row["folder"]: row["server"] for row in found["folders"]}["INBOX"] == 40
    done = tool(store, "audit", account["address"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 missing" in done.stdout


def test_it_says_what_is_missing_and_the_tool_fails(room, account, other, store):
    uids = other.uids("INBOX")
    other.append("INBOX", 100)
    other.expunge("INBOX", uids[:2])
    other.flag("INBOX", uids[5:6], add=["\\Flagged", "later"])
    found = room.audit(account)
    assert counts(found) == (1, 2, 1)
    by_what = {}
    for item in found["items"]:
        by_what.setdefault(item["what"], []).append(item)
    assert [item["message_id"] for item in by_what["missing"]] == ["m100@seed.example"]
    assert [item["ref"] for item in by_what["extra"]] == [str(uid) for uid in uids[:2]]
    assert set(by_what["flags"][0]["server_flags"]) - set(by_what["flags"][0]["store_flags"]) == {"\\Flagged", "later"}
    done = tool(store, "audit", account["address"])
    assert done.returncode == 1
    assert "m100@seed.example" in done.stdout and "1 missing, 2 extra, 1 with other flags" in done.stdout
    done = tool(store, "audit", account["address"], "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["missing"] == 1
    done = tool(store, "audit", account["address"], "--heal")
    assert done.returncode == 0, done.stdout
    assert counts(room.audit(account)) == (0, 0, 0)


def test_what_the_store_lost_is_healed_although_the_server_says_unchanged(room, account, store):
    """Rows that vanished from the store itself: no counter of the server tells, the audit does, and the next sync heals."""
    import sqlite3

    room.close()
    with sqlite3.connect(store) as db:
        lost = [row[0] for row in db.execute("SELECT id FROM place WHERE message IS NOT NULL ORDER BY id LIMIT 3")]
        db.executemany("DELETE FROM place WHERE id = ?", [(id,) for id in lost])
    db.close()
    done = tool(store, "audit", account["address"], "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert counts(found) == (3, 0, 0)
    assert tool(store, "sync", account["address"]).returncode == 0
    done = tool(store, "audit", account["address"], "--json")
    assert done.returncode == 0 and counts(json.loads(done.stdout)) == (0, 0, 0), done.stdout


def test_a_folder_that_was_never_synced_is_missing_whole(room, account, other):
    other.create("Fresh")
    for number in (7, 8, 9):
        other.append("Fresh", number)
    found = room.audit(account)
    assert found["missing"] == 3
    assert counts(room.audit(account, folder="INBOX")) == (0, 0, 0)
    assert room.audit(account, folder="Fresh")["missing"] == 3
    with pytest.raises(mailroom.NotFoundError, match="Nowhere"):
        room.audit(account, folder="Nowhere")
    with pytest.raises(mailroom.NotFoundError, match="Nowhere"):
        room.verify(account, folder="Nowhere")
    assert counts(room.audit(account, folder="inbox")) == (0, 0, 0)
    healed = room.audit(account, heal=True)
    assert counts(healed) == (0, 0, 0) and healed["found"]["missing"] == 3


def test_what_the_policy_leaves_out_is_counted_apart(room, account, other):
    room.put("policy", account=account["id"], keep="all", since=4_000_000_000_000)
    other.append("INBOX", 200)
    room.sync(account)
    found = room.audit(account)
    assert counts(found) == (0, 0, 0)
    assert (found["server"], found["stored"], found["skipped"]) == (41, 40, 1), "what was stored before stays"


def test_an_account_that_only_sends_has_nothing_to_audit(room, settings, user):
    account = room.connect(**settings(user, imap_host=None, imap_port=None, imap_tls=None))
    with pytest.raises(mailroom.UnsupportedError):
        room.audit(account)


def test_round_trip_without_a_worker(room, account, other, store):
    done = room.verify(account, within=60)
    assert done["ok"] == 1, done
    assert [step["step"] for step in done["steps"]] == ["append", "see", "flag", "see the flag", "delete"]
    assert all(step["ok"] == 1 for step in done["steps"])
    assert done["took_ms"] < 30_000 and done["worker"] == 0
    assert len(other.uids("INBOX")) == 40, "the message is gone again"
    assert counts(room.audit(account)) == (0, 0, 0)
    done = tool(store, "verify", account["address"], "--within", "60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no worker runs" in done.stdout


def test_round_trip_with_a_worker_that_is_told_of_news(account, room, store, site):
    with subprocess.Popen(
        [str(TOOL), "--store", str(store), "run", "--json"], stdout=subprocess.PIPE, text=True
    ) as worker:
        try:
            assert json.loads(worker.stdout.readline())["state"] == "ready"
            wait_until(
                lambda: any(row.get("push") for row in room.folders(account)), 30, "the inbox is watched")
            done = room.verify(account, within=60)
            assert done["ok"] == 1 and done["worker"] == 1, done
            assert done["took_ms"] < 20_000, "push, not polling"
        finally:
            worker.terminate()
            worker.wait(30)


@pytest.fixture
def worker(account, room, store):
    """A worker that watches the inbox."""
    with subprocess.Popen(
        [str(TOOL), "--store", str(store), "run", "--json"], stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert json.loads(running.stdout.readline())["state"] == "ready"
            wait_until(
                lambda: any(row.get("push") for row in room.folders(account)), 30, "the inbox is watched")
            yield running
        finally:
            running.terminate()
            running.wait(30)


def test_an_audit_right_after_a_verify_is_clean_beside_a_worker(worker, account, room, store):
    for _ in range(3):
        assert room.verify(account, within=60)["ok"] == 1
        assert not list(room.find("place", account=account["id"], **{"message.gt": 40})), "the store has dropped it"
        done = tool(store, "audit", account["address"])
        assert done.returncode == 0, done.stdout + done.stderr


def test_beside_a_worker_what_has_only_just_come_is_not_missing(worker, account, room, other, store):
    """The audit holds the account while it compares: the worker could not have fetched it."""
    uids = other.uids("INBOX")
    for number in range(3):
        other.append("INBOX", 300 + number)
        other.expunge("INBOX", uids[number:number + 1])
        other.flag("INBOX", uids[10 + number:11 + number], add=["\\Flagged"])
        found = room.audit(account)
        assert counts(found) == (0, 0, 0), found["items"]
        assert found["server"] == found["stored"] == 40


def test_a_folder_that_is_not_synced_is_named(account, room, other, store):
    other.create("Quiet")
    other.append("Quiet", 7)
    room.sync(account)
    folder = next(row for row in room.folders(account) if row["path"] == "Quiet")
    room.update("folder", folder["id"], sync=0)
    other.append("Quiet", 8)
    found = room.audit(account)
    assert counts(found) == (0, 0, 0) and found["not_synced"] == ["Quiet"]
    done = tool(store, "audit", account["address"])
    assert done.returncode == 0 and "not compared: Quiet" in done.stdout
    assert counts(room.audit(account, folder="Quiet")) == (1, 0, 0)


def test_a_late_round_trip_says_why(room, settings, site, user, store):
    """A server whose IDLE says nothing, and a worker that polls every five minutes."""
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none", imap_off="IDLE NOTIFY"))
        room.sync(account)
        with subprocess.Popen(
            [str(TOOL), "--store", str(store), "run", "--json"], stdout=subprocess.PIPE, text=True
        ) as worker:
            try:
                assert json.loads(worker.stdout.readline())["state"] == "ready"
                done = room.verify(account, within=4)
                assert done["ok"] == 0 and done["took_ms"] > 4_000
                assert done["cause"] == "verify.polling", done
                assert done["advice"] and done["reason"]
            finally:
                worker.terminate()
                worker.wait(30)
    assert tool(store, "verify", account["address"], "--within", "0").returncode == 2


def test_an_account_that_may_change_nothing_is_not_verified(room, settings, user):
    account = room.connect(**settings(user, direction="read_only"))
    with pytest.raises(mailroom.RefusedError, match="read_only"):
        room.verify(account)
