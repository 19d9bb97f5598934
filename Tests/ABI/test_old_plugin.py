"""A plugin that was compiled against shorter tables goes on working: mr_host and mr_provider grow only at their ends."""
import json
import shutil

import pytest

from conftest import HERE, INCLUDE, succeed
from library import Library, Refused

MANIFEST = {
    "plugin": "old", "version": "1.0.0", "abi": 1, "library": "old.so",
    "providers": [{
        "scheme": "old", "title": "An old plugin", "auth": [], "capabilities": ["sync", "folders"], "requires": [],
        "find_sent": "unknown", "settings": [], "limits": {"connections": 1}, "status_url": ""}]}


def laid(folder):
    folder.mkdir(mode=0o755)
    succeed(shutil.which("gcc"), "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-fPIC", "-shared",
            "-fvisibility=hidden", "-I", INCLUDE, HERE / "old_plugin.c", "-o", folder / "old.so")
    (folder / "old.json").write_text(json.dumps(MANIFEST))
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def test_it_is_listed_loaded_and_synced(dist, tmp_path):
    room = Library(dist)
    engine = room.open(tmp_path / "old.db", plugins=[str(laid(tmp_path / "plugins"))])
    rows = [row for row in room.find(engine, "provider") if row.get("plugin") == "old"]
    assert [(row["scheme"], row["state"]) for row in rows] == [("old", "available")], rows

    account = room.connect(engine, address="ann@example.com", provider="old")
    result = room.wait(room.given("mr_sync", engine, account, None))
    assert result["messages"] == 1, result
    messages = room.find(engine, "message")
    assert [(row["subject"], row["message_id"], row["seen"]) for row in messages] == [
        ("From an old plugin", "old@example.com", 1)]
    assert [row["path"] for row in room.find(engine, "folder")] == ["INBOX"]

    # What its table does not reach is what it cannot do.
    with pytest.raises(Refused) as refused:
        room.wait(room.given("mr_call", engine, account, b"old.nothing", None))
    assert refused.value.result == -9
    room.c.mr_close(engine)
