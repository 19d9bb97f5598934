"""De-sync and re-sync: disconnecting keeps or erases the mail as asked, and reconnecting goes on from what is there."""

import pathlib

from Servers import PASSWORD


def octets(store):
    found = b""
    for path in (store, store.with_name("crm.db-wal")):
        if pathlib.Path(path).exists():
            found += pathlib.Path(path).read_bytes()
    return found


def test_reconnecting_goes_on_without_a_second_copy(room, settings, user, site):
    site.fill(user, 40)
    account = room.connect(**settings(user))["id"]
    first = room.sync(account)
    assert first["messages"] == 40
    before = {row["message_id"]: row["id"] for row in room.messages(account=account)}
    thread = {row["message_id"]: row["thread"] for row in room.messages(account=account)}
    room.disconnect(account)
    status = room.status(account)
    assert (status["state"], status["colour"], status["billing_enabled"]) == ("disconnected", "none", 0)
    assert len(list(room.messages(account=account))) == 40, "what is there is kept"
    site.fill(user, 5, first=40)
    room.reconnect(account, password=PASSWORD)
    again = room.sync(account)
    assert again["messages"] == 5, "what was there is not fetched again"
    after = {row["message_id"]: row["id"] for row in room.messages(account=account)}
    assert len(after) == 45 and len(list(room.find("place", account=account))) == 45
    assert {name: after[name] for name in before} == before, "the same rows"
    assert {row["message_id"]: row["thread"] for row in room.messages(account=account) if row["message_id"] in thread} == thread
    assert [row for row in room.messages(account=account) if row["message_id"] not in before and row["historical"]] == []
    assert room.audit(account)["missing"] == 0


def test_erasing_leaves_nothing_and_connecting_anew_begins_anew(room, store, settings, user, site):
    site.fill(user, 12)
    account = room.connect(**settings(user))["id"]
    room.sync(account)
    assert f"{user}@test.example".encode() in octets(store)
    room.disconnect(account, erase=True)
    assert list(room.accounts()) == [] and list(room.messages()) == []
    assert f"{user}@test.example".encode() not in octets(store)
    new = room.connect(**settings(user))["id"]
    assert new != account and room.sync(new)["messages"] == 12
    assert len(list(room.messages(account=new))) == 12
