"""Matching measured against known truth: how many of a mailbox's messages find their contacts, and only those; how long a
contact takes that has 10,000 old messages.

    python -m Soak.matching [--messages N] [--contacts N] [--seed N]     (in Tests, as root)
"""

import argparse
import pathlib
import sys
import tempfile
import time

import mailroom

from Servers import PASSWORD, Site, end_on_signals
from Servers.seed import Appender
from Soak import people

ROOT = pathlib.Path(__file__).resolve().parents[2]
LATE = "late@newsletter.example"


def late(number):
    return (
        f"From: Late <{LATE}>\r\nTo: {people.OWN}\r\nSubject: Old {number}\r\nMessage-ID: <old{number}@people.example>\r\n"
        f"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\nOld {number}.\r\n").encode()


def timed(what, work):
    started = time.monotonic()
    result = work()
    seconds = time.monotonic() - started
    print(f"{what}: {seconds:.3f} s", flush=True)
    return result, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument("--old", type=int, default=10_000, help="messages of the contact that is put last")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    end_on_signals()
    mailroom.load(ROOT / "dist" / "lib" / "libmailroom.so.1")
    corpus = people.Corpus(given.messages, given.contacts, given.seed)
    wrong = []
    with Site(smtp=False) as site, tempfile.TemporaryDirectory() as folder:
        server = site.another_dovecot("people", mail_format="mdbox")
        with Appender(server.imap, "ann") as appender:
            appender.append(((corpus.message(n), n) for n in range(given.messages)), "INBOX", 1000)
            appender.append(((late(n), n) for n in range(given.old)), "INBOX", 1000)
        with mailroom.open(f"{folder}/crm.db", key_file=True, ca_file=site.ca) as room:
            account = room.connect(
                address=people.OWN, password=PASSWORD, imap_host="127.0.0.1", imap_port=str(server.imap),
                imap_tls="starttls")
            half = people.Corpus(0, 0)
            half.contacts = corpus.contacts[::2]
            timed(f"half of {given.contacts} contacts put before the first sync", lambda: people.put(room, half))
            result, _ = timed("first sync", lambda: room.sync(account))
            timed("all contacts put", lambda: people.put(room, corpus))
            (precision, recall, differences), _ = timed(
                "all messages read with their contacts", lambda: people.compare(room, corpus))
            print(
                f"{given.messages} messages, {given.contacts} contacts, {corpus.lacking} without From or To, "
                f"{sum(map(len, corpus.truth))} true pairs: precision {precision:.5f}, recall {recall:.5f}")
            for number, head, truth, here in differences[:5]:
                print("  differs:", number, head, "true:", sorted(truth), "found:", here)
            if precision < 0.995 or recall < 0.995:
                wrong.append("precision or recall below 0.995")
            status = room.status(account)
            print(f"unmatched: {status['unmatched']}; note: {status.get('note')}")
            contact, put = timed(
                f"a contact with {given.old} old messages put", lambda: room.put("contact", key="late", addresses=[LATE]))
            first, shown = timed(
                "its newest 50 found", lambda: list(room.messages(contact=contact, order="-date", limit=50)))
            row, counted = timed("its row, counted", lambda: room.get("contact", contact))
            if row["messages"] != given.old or len(first) != min(50, given.old):
                wrong.append(f"the contact has {row['messages']} messages, expected {given.old}")
            if put + shown + counted > 1:
                wrong.append(f"{put + shown + counted:.2f} s for the contact with old messages")
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
