"""A message of 60 MB through sync and through send, with less than 32 MB of extra memory."""

import pytest

from EndToEnd import helper
from Servers import seed, wait_until

LIMIT_KIB = 32 * 1024

SYNC = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
account = room.connect(**given["settings"])
room.sync(account)
open("/proc/self/clear_refs", "w").write("5")
before = memory("VmRSS")
answer("ready"); sys.stdin.readline()
result = room.sync(account)
extra = memory("VmHWM") - before
import hashlib
rows = [row for row in room.messages(account=account["id"]) if row["size"] > 50_000_000]
digest = hashlib.sha256()
with room.body(rows[0]) as body:
    while piece := body.read(1 << 16):
        digest.update(piece)
answer({"extra": extra, "sizes": [row["size"] for row in rows], "sha256": digest.hexdigest(),
        "attachments": rows[0]["attachments"], "whole": memory("VmHWM") - before})
"""

SEND = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
account = room.connect(**given["settings"])
small = room.send(account, to="warm@test.example", subject="warm", text="x", attachments=[given["small"]])
assert room.send_wait(small, 30)["state"] == "sent"
open("/proc/self/clear_refs", "w").write("5")
before = memory("VmRSS")
number = room.send(account, to=given["to"], subject="large", text="See the attachment.", attachments=[given["file"]])
row = room.send_wait(number, 90)
answer({"extra": memory("VmHWM") - before, "state": row["state"], "size": row["size"],
        "reason": row.get("reason")})
"""


def imap(site, user):
    return {
        "address": f"{user}@test.example", "password": "pass", "imap_host": "127.0.0.1",
        "imap_port": str(site.dovecot.imap), "imap_tls": "starttls"}


@pytest.mark.limit(240)
def test_sync(site, user, tmp_path):
    import hashlib

    site.fill(user, 40)
    large = seed.large_message(60)
    given = {"store": str(tmp_path / "crm.db"), "ca": site.ca, "settings": imap(site, user)}
    with helper.start(SYNC, given) as process:
        try:
            assert helper.read_answer(process) == "ready"
            with seed.Appender(site.dovecot.imap, user) as appender:
                appender.append([(large, 3000)])
            process.stdin.write("\n")
            process.stdin.flush()
            result = helper.read_answer(process)
            process.wait(30)
        finally:
            process.kill()
    assert result["sizes"] == [len(large)]
    assert result["sha256"] == hashlib.sha256(large).hexdigest(), "byte for byte as it was"
    assert result["attachments"] == 1
    assert result["extra"] < LIMIT_KIB, f"{result['extra']} KiB while it was synced"
    assert result["whole"] < LIMIT_KIB, f"{result['whole']} KiB while it was read again"


@pytest.mark.limit(240)
def test_send(site, user, tmp_path, room):
    import random

    file, small = tmp_path / "large.bin", tmp_path / "small.bin"
    small.write_bytes(b"x" * 1000)
    piece = random.Random(1).randbytes(1 << 20)
    with open(file, "wb") as out:
        for _ in range(44):
            out.write(piece)
    given = {
        "store": str(tmp_path / "sender.db"), "ca": site.ca, "file": str(file), "small": str(small),
        "to": f"{user}-to@test.example",
        "settings": {
            "address": f"{user}@test.example", "password": "pass", "smtp_host": "127.0.0.1",
            "smtp_port": str(site.postfix.submission), "smtp_tls": "starttls"}}
    result = helper.ended_well(SEND, given, timeout=150)
    assert result["state"] == "sent", result
    assert result["size"] > 60_000_000
    assert result["extra"] < LIMIT_KIB, f"{result['extra']} KiB while it was sent"
    account = room.connect(**imap(site, f"{user}-to"))

    def arrived():
        room.sync(account)
        return room.messages(account=account["id"]).first()

    message = wait_until(arrived, 60, "the message arrives", step=0.5)
    attachment = [part for part in room.find("part", message=message["id"]) if part["attachment"]]
    assert [part["name"] for part in attachment] == ["large.bin"]
    with room.body(message, attachment[0]["part"]) as body:
        size = 0
        while got := body.read(1 << 20):
            assert got == (piece + piece)[size % (1 << 20):][:len(got)]
            size += len(got)
    assert size == 44 << 20
