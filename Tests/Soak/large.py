"""A mailbox of 300,000 messages in a real Dovecot: the first sync, a delta, an audit, and the memory that each takes.

    python -m Soak.large [--messages N] [--limit MIB]     (in Tests, as root)
"""

import argparse
import json
import sys
import tempfile
import time

from EndToEnd import helper
from Servers import Site, end_on_signals
from Servers.seed import Appender

_WORK = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
started = time.monotonic()
if "settings" in given:
    account = room.connect(**given["settings"])["id"]
else:
    account = list(room.accounts())[0]["id"]
result = room.audit(account) if given["what"] == "audit" else room.sync(account)
answer({"seconds": time.monotonic() - started, "peak_kib": memory("VmHWM"), "result": {
    name: value for name, value in result.items() if isinstance(value, int)}})
room.close()
"""


def small(number):
    """A short message; every one is another."""
    return (
        f"From: Person {number % 977} <p{number % 977}@seed.example>\r\nTo: ann@test.example\r\n"
        f"Subject: Number {number}\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\nMessage-ID: <n{number}@seed.example>\r\n"
        f"\r\nMessage {number} of many.\r\n" + "A line of text that takes some room in the mailbox.\r\n" * 4).encode()


def phase(site, store, what, settings=None):
    given = {"store": store, "ca": site.ca, "what": what}
    if settings:
        given["settings"] = settings
    answer = helper.ended_well(_WORK, given, "dist", timeout=3600)
    answer["phase"] = what
    print(f"{what}: {answer['seconds']:.1f} s, {answer['peak_kib'] / 1024:.0f} MiB at most, {answer['result']}", flush=True)
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300_000)
    parser.add_argument("--limit", type=int, default=200, help="MiB that no phase may pass")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    given = parser.parse_args()
    end_on_signals()
    phases = []
    with Site(smtp=False) as site, tempfile.TemporaryDirectory() as folder:
        server = site.another_dovecot("large", mail_format="mdbox")
        started = time.monotonic()
        with Appender(server.imap, "large") as appender:
            appender.append(((small(number), number) for number in range(given.messages)), "INBOX", 1000)
            print(f"seeded {given.messages} messages in {time.monotonic() - started:.0f} s", flush=True)
            store = f"{folder}/crm.db"
            settings = {
                "address": "large@test.example", "password": "pass", "imap_host": "127.0.0.1",
                "imap_port": str(server.imap), "imap_tls": "starttls"}
            phases.append(phase(site, store, "sync", settings))
            phases.append(phase(site, store, "sync"))
            appender.append(((small(number), number) for number in range(given.messages, given.messages + 50)), "INBOX")
            appender.store("INBOX", f"1:{given.messages // 100}", "+FLAGS (\\Flagged)")
            phases.append(phase(site, store, "sync"))
            phases.append(phase(site, store, "audit"))
    expected = [given.messages, 0, 50]
    found = [answer["result"]["messages"] for answer in phases[:3]]
    audit = phases[3]["result"]
    wrong = [f"synced {found}, expected {expected}"] if found != expected else []
    if any(audit[name] for name in ("missing", "extra", "flags")):
        wrong.append(f"the audit found {audit}")
    for answer in phases:
        if answer["peak_kib"] > given.limit * 1024:
            wrong.append(f"{answer['phase']} took {answer['peak_kib'] / 1024:.0f} MiB, more than {given.limit}")
    if given.json:
        print(json.dumps(phases))
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
