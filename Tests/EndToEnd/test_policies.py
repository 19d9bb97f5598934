"""What is kept of a mailbox, and what is done with its folders, as the user chooses."""

import json
import pathlib
import subprocess
import time

import mailroom
import pytest

from Servers import seed

TOOL = pathlib.Path(__file__).resolve().parents[2] / "dist" / "bin" / "mailroom"


def tool(store, *words):
    return subprocess.run(
        [str(TOOL), "--store", str(store), *words], capture_output=True, text=True, timeout=120)


@pytest.fixture
def other(other):
    for number in range(12):
        other.append("INBOX", number)
    return other


@pytest.fixture
def account(room, settings, user, other, site):
    return room.connect(**settings(user, ca_file=site.ca))


def message(room, account, number):
    rows = list(room.messages(account=account["id"], message_id=seed.message_id(number)))
    assert len(rows) <= 1
    return rows[0] if rows else None


def test_headers_alone_then_everything(room, account):
    policy = room.put("policy", account=account["id"], keep="headers")
    assert room.get("policy", policy)["keep"] == "headers"
    room.sync(account)
    row = message(room, account, 3)
    assert row["subject"] == seed.subject(3) and row["has_body"] == 0
    assert row["size"] == len(seed.message(3)), "the size is that of the whole message"
    with pytest.raises(mailroom.NotFoundError), room.body(row) as body:
        body.read()
    before = max(change["number"] for change in room.changes())
    room.update("policy", policy, keep="all")
    room.sync(account)
    whole = message(room, account, 3)
    assert whole["id"] == row["id"] and whole["has_body"] == 1
    with room.body(whole) as body:
        assert body.read() == seed.message(3)
    news = [change for change in room.changes(before) if change["kind"] == "message" and change["what"] == "added"]
    assert news == [], "a body that comes later is no new message"
    assert room.audit(account)["missing"] == 0


def test_larger_messages_come_without_their_bodies(room, account, other):
    room.put("policy", account=account["id"], max_size=1_000_000)
    other.append("INBOX", seed.large_message(2))
    room.sync(account)
    large = [row for row in room.messages(account=account["id"]) if row["size"] > 1_000_000]
    assert len(large) == 1 and large[0]["has_body"] == 0
    assert message(room, account, 1)["has_body"] == 1


def test_since_a_day_and_wider_again(room, account):
    """Everything is older than a day in the far future: nothing is kept; without the limit all of it is fetched."""
    policy = room.put("policy", account=account["id"], since=4_000_000_000_000)
    room.sync(account)
    assert list(room.messages(account=account["id"])) == []
    found = room.audit(account)
    assert (found["missing"], found["skipped"]) == (0, 12)
    room.update("policy", policy, since=0)
    room.sync(account)
    assert len(list(room.messages(account=account["id"]))) == 12
    room.remove("policy", policy)
    found = room.audit(account)
    assert (found["missing"], found["skipped"], found["stored"]) == (0, 0, 12)


def test_a_narrowed_policy_keeps_what_is_there(room, account):
    room.sync(account)
    room.put("policy", account=account["id"], since=4_000_000_000_000)
    room.sync(account)
    assert len(list(room.messages(account=account["id"]))) == 12


@pytest.mark.parametrize("values, field", [
    ({"keep": "some"}, "keep"), ({"max_size": -1}, "max_size"), ({"since": -5}, "since"), ({"colour": "red"}, "colour")])
def test_bad_policies(room, account, values, field):
    with pytest.raises(mailroom.InvalidError) as caught:
        room.put("policy", account=account["id"], **values)
    assert caught.value.fields["field"] == field
    assert list(room.find("policy")) == []


def test_a_second_policy(room, account):
    room.put("policy", account=account["id"])
    with pytest.raises(mailroom.ExistsError):
        room.put("policy", account=account["id"])


def test_a_folder_of_its_own_since(room, account, other):
    other.create("Old")
    other.append("Old", 50)
    room.reconnect(account)
    folder = next(row for row in room.folders(account) if row["path"] == "Old")
    room.update("folder", folder["id"], since=4_000_000_000_000)
    room.sync(account)
    assert message(room, account, 50) is None and message(room, account, 1) is not None
    room.update("folder", folder["id"], since=0)
    room.sync(account)
    assert message(room, account, 50) is not None


def test_the_tool_sets_folders_and_policies(room, account, store, other):
    room.sync(account)
    address = account["address"]
    other.create("Raus")
    room.sync(account)
    done = tool(store, "folders", address, "--set", "Raus", "--role", "sent", "--mode", "interval", "--interval", "600")
    assert done.returncode == 0, done.stderr
    row = next(row for row in room.folders(account) if row["path"] == "Raus")
    assert (row["role"], row["mode"], row["interval_ms"]) == ("sent", "interval", 600_000)
    sent = next(row for row in room.folders(account) if row["path"] == "Sent")
    assert sent.get("role") is None, "one folder alone has a role"
    assert tool(store, "folders", address, "--set", "Raus", "--role", "default", "--sync", "off").returncode == 0
    row = next(row for row in room.folders(account) if row["path"] == "Raus")
    assert (row.get("role"), row["synced"]) == (None, 0)
    assert tool(store, "folders", address, "--set", "Nowhere", "--sync", "off").returncode == 3
    assert tool(store, "folders", address, "--role", "sent").returncode == 2
    assert tool(store, "folders", address, "--set", "Raus", "--since", "2026-02-31").returncode == 2
    done = tool(store, "policy", address, "--keep", "headers", "--since", "2020-01-31", "--max-size", "2.5", "--json")
    assert done.returncode == 0, done.stderr
    policy = json.loads(done.stdout)
    assert (policy["keep"], policy["max_size"]) == ("headers", 2_500_000)
    assert abs(policy["since"] / 1000 - time.mktime((2020, 1, 31, 0, 0, 0, 0, 0, -1))) < 1
    assert "headers alone" in tool(store, "policy", address).stdout
    assert "everything is kept" in tool(store, "policy", address, "--remove").stdout


@pytest.mark.parametrize("values, field", [
    ({"role": "nonsense"}, "role"), ({"mode": "often"}, "mode"), ({"interval_ms": 5}, "interval_ms"),
    ({"interval_ms": 1 << 60}, "interval_ms"), ({"sync": 2}, "sync"), ({"path": "x"}, "path")])
def test_bad_folder_settings(room, account, values, field):
    room.sync(account)
    folder = next(iter(room.folders(account)))
    with pytest.raises(mailroom.InvalidError) as caught:
        room.update("folder", folder["id"], **values)
    assert caught.value.fields["field"] == field


def test_a_manual_folder_is_looked_at_only_when_asked_for(room, account, other):
    other.create("Quiet")
    room.sync(account)
    folder = next(row for row in room.folders(account) if row["path"] == "Quiet")
    room.update("folder", folder["id"], mode="manual")
    other.append("Quiet", 60)
    room.sync(account, folder="Quiet")
    assert message(room, account, 60) is not None
    row = room.get("folder", folder["id"])
    assert row["mode"] == "manual" and row.get("next_sync") is None


def test_a_mailbox_that_is_connected_twice_is_noticed(room, settings, user, account):
    alias = {**settings(user), "address": f"alias-{user}@test.example", "user": f"{user}@test.example"}
    with room.connect(wait=False, **alias) as job:
        again = job.wait()
    assert "is connected already" in again["notice"]
    notices = [row for row in room.find("log", level="notice") if row["account"] == again["account"]]
    assert len(notices) == 1 and account["address"] in notices[0]["message"]
    room.sync(account)
    room.sync(again["account"])
    assert len(list(room.messages())) == 12, "what is the same is stored once"
