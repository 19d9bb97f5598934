"""The first sync of one large mailbox: Mailroom stores, parses and indexes it; mbsync, with its defaults, writes a
Maildir. Same Dovecot, same run, rounds of one after the other."""

import json
import os
import shutil
import subprocess

from Servers import PASSWORD, Site

from .measure import Run, median, spread

_MBSYNC = """
IMAPAccount here
Host 127.0.0.1
Port {port}
User {user}@test.example
Pass {password}
SSLType IMAPS
CertificateFile {ca}

IMAPStore far
Account here

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
SyncState *
"""


def measure(root, messages, rounds):
    with Site(smtp=False) as site:
        print(f"filling a mailbox with {messages} messages", flush=True)
        site.fill("bench", messages)
        ours, theirs = [], []
        for number in range(rounds + 1):
            pair = (mailroom(root, site, messages), mbsync(site, messages))
            name = f"round {number}" if number else "warming up"
            print(
                f"{name}: mailroom {pair[0].wall:.2f} s ({pair[0].processor:.2f} s processor), "
                f"mbsync {pair[1].wall:.2f} s ({pair[1].processor:.2f} s processor)", flush=True)
            if number:
                ours.append(pair[0])
                theirs.append(pair[1])
    walls = [a.wall / b.wall for a, b in zip(ours, theirs)]
    processors = [a.processor / b.processor for a, b in zip(ours, theirs)]
    version = subprocess.run(["mbsync", "--version"], capture_output=True, text=True).stdout.strip()
    return f"""## First sync of {messages:,} messages

`mailroom sync` of an INBOX (parsed, indexed, bodies stored in SQLite) beside `{version}` with its defaults into a Maildir, over TLS from
the same Dovecot, {rounds} rounds of one after the other. Processor time is the client's own; medians.

| | mailroom | mbsync | ratio (median of the rounds) | rounds from to |
| --- | --- | --- | --- | --- |
| wall | {median([r.wall for r in ours]):.2f} s | {median([r.wall for r in theirs]):.2f} s | {median(walls):.2f} | {spread(walls)} |
| processor | {median([r.processor for r in ours]):.2f} s | {median([r.processor for r in theirs]):.2f} s | {median(processors):.2f} | {spread(processors)} |
| peak memory | {median([r.peak for r in ours]) / 1024:.0f} MiB | {median([r.peak for r in theirs]) / 1024:.0f} MiB | | |"""


def mailroom(root, site, messages):
    folder = site.work_folder("mailroom")
    tool = [str(root / "dist" / "bin" / "mailroom"), "--store", f"{folder}/crm.db"]
    subprocess.run(
        [*tool, "connect", "bench@test.example", "--imap", f"127.0.0.1:{site.dovecot.imaps}", "--tls", "implicit", "--ca",
         site.ca, "--password-stdin"], input=f"{PASSWORD}\n".encode(), check=True, capture_output=True)
    run = Run([*tool, "sync", "bench@test.example", "--folder", "INBOX", "--json"])
    stored = json.loads(run.output)["messages"]
    if stored != messages:
        raise RuntimeError(f"mailroom stored {stored} of {messages} messages: {run.output}")
    shutil.rmtree(folder)
    return run


def mbsync(site, messages):
    folder = site.work_folder("mbsync")
    os.mkdir(f"{folder}/mail")
    with open(f"{folder}/mbsyncrc", "w") as file:
        file.write(
            _MBSYNC.format(
                port=site.dovecot.imaps, user="bench", password=PASSWORD, ca=site.ca, folder=f"{folder}/mail"))
    os.chmod(f"{folder}/mbsyncrc", 0o600)
    run = Run(["mbsync", "-c", f"{folder}/mbsyncrc", "-q", "all"], env={**os.environ, "HOME": folder})
    stored = sum(len(os.listdir(f"{folder}/mail/INBOX/{name}")) for name in ("cur", "new"))
    if stored != messages:
        raise RuntimeError(f"mbsync stored {stored} of {messages} messages")
    shutil.rmtree(folder)
    return run
