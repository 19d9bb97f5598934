"""What the API gives of a store, ordered by keys that do not depend on how it came about."""

import hashlib


def dump(room):
    """Everything synced, as plain values: two stores of the same mailbox must give the same."""
    accounts = {row["id"]: row["address"] for row in room.accounts()}
    folders = {row["id"]: (accounts[row["account"]], row["path"]) for row in room.find("folder")}
    messages, threads, ids = {}, {}, {}
    for row in room.messages():
        with room.body(row) as body:
            digest = hashlib.sha256(body.read()).hexdigest()
        key = (row["message_id"], digest)
        ids[row["id"]] = key
        threads.setdefault(row["thread"], []).append(key)
        parts = [
            tuple(sorted((name, repr(value)) for name, value in part.items() if name != "message"))
            for part in room.find("part", message=row["id"])]
        plain = {
            name: value for name, value in row.items() if name not in ("id", "thread", "account", "stored_at", "place")}
        messages.setdefault(repr(key), []).append([repr(sorted(plain.items())), parts])
    counted = ("address", "state", "messages", "unseen", "folders", "sync_health")
    return {
        "accounts": sorted(
            repr([(name, room.status(id).get(name)) for name in counted]) for id in accounts),
        "folders": sorted(
            repr((folders[row["id"]], row.get("role"), row["messages"], row["unseen"], row["complete"]))
            for row in room.find("folder")),
        "messages": messages,
        "threads": sorted(repr(sorted(members)) for members in threads.values()),
        "places": sorted(
            repr((folders[row["folder"]], row["ref"], sorted(row.get("flags") or []), ids[row["message"]]))
            for row in room.find("place")),
        "told": sorted(
            repr(ids[id]) for id in {
                row["id"] for row in room.changes() if row["kind"] == "message" and row["what"] == "added"}),
    }
