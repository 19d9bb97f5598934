"""The first sync of one large mailbox: Mailroom stores, parses and indexes it; mbsync, with its defaults, writes a
Maildir. Same Dovecot, same run, rounds of one after the other."""

import json
import os
import shutil
import subprocess

from Servers import PASSWORD, Site

from .measure import Run, median

MBSYNC = """
{more}

IMAPAccount here
Host localhost
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
Patterns {patterns}
Create Near
SyncState *
"""


def measure(root, messages, rounds):
    with Site(smtp=False) as site:
        print(f"filling a mailbox with {messages} messages", flush=True)
        site.fill("bench", messages)
        ours, theirs, unsafe = [], [], []
        # Dovecot makes its index of the mailbox at the first look.
        mailroom(root, site, messages)
        for number in range(rounds):
            ours.append(mailroom(root, site, messages))
            theirs.append(mbsync(site, messages))
            unsafe.append(mbsync(site, messages, "FSync no"))
            print(
                f"round {number + 1}: " + ", ".join(
                    f"{name} {runs[-1].wall:.2f} s ({runs[-1].processor:.2f} s processor)" for name, runs in (
                        ("mailroom", ours), ("mbsync", theirs), ("mbsync with FSync no", unsafe))), flush=True)
    version = subprocess.run(["mbsync", "--version"], capture_output=True, text=True).stdout.strip()
    rows = [
        f"| {name} | {median([r.wall for r in runs]):.2f} s | {median([r.processor for r in runs]):.2f} s "
        f"| {median([r.peak for r in runs]) / 1024:.0f} MiB |"
        for name, runs in (("mailroom", ours), ("mbsync", theirs), ("mbsync with `FSync no`", unsafe))]
    ratios = [
        f"| mailroom / {name} | {ratio(ours, runs, 'wall')} | {ratio(ours, runs, 'processor')} | |"
        for name, runs in (("mbsync", theirs), ("mbsync with `FSync no`", unsafe))]
    return f"""## First sync of {messages:,} messages

`mailroom sync` of an INBOX (parsed, indexed, bodies stored in SQLite) beside `{version}` into a Maildir, with its defaults and
without its fsync of each message; over TLS from the same Dovecot, in the same folder of the same disk, {rounds} rounds of one after the
other. Processor time is the client's own. Medians; ratios are medians of the rounds' own, with the least and the greatest.

| | wall | processor | peak memory |
| --- | --- | --- | --- |
""" + "\n".join(rows + ratios)


def ratio(ours, theirs, what):
    values = [getattr(a, what) / getattr(b, what) for a, b in zip(ours, theirs)]
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


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


def mbsync(site, messages, more=""):
    folder = site.work_folder("mbsync")
    os.mkdir(f"{folder}/mail")
    with open(f"{folder}/mbsyncrc", "w") as file:
        file.write(
            MBSYNC.format(
                port=site.dovecot.imaps, user="bench", password=PASSWORD, ca=site.ca, folder=f"{folder}/mail",
                more=more, patterns="INBOX"))
    os.chmod(f"{folder}/mbsyncrc", 0o600)
    run = Run(["mbsync", "-c", f"{folder}/mbsyncrc", "-q", "all"], env={**os.environ, "HOME": folder})
    stored = sum(len(os.listdir(f"{folder}/mail/INBOX/{name}")) for name in ("cur", "new"))
    if stored != messages:
        raise RuntimeError(f"mbsync stored {stored} of {messages} messages")
    shutil.rmtree(folder)
    return run
