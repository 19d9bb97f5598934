"""Nothing changed in many folders: Mailroom and mbsync look at the same account once more. Same Dovecot, same run."""

import json
import os
import subprocess

from Servers import PASSWORD, Site, seed

from .first_sync import MBSYNC, ratio
from .measure import Run, median


def measure(root, folders, messages, rounds):
    with Site(smtp=False) as site:
        server = site.another_dovecot("many", mail_format="mdbox")
        print(f"filling {folders} folders with {messages} messages each", flush=True)
        with seed.Appender(server.imap, "many") as appender:
            for folder in range(folders):
                appender.create(f"Folder {folder}")
                appender.append(
                    ((_small(folder, number), number) for number in range(messages)), f"Folder {folder}", 1000)
        ours, theirs = _Mailroom(root, site, server), _Mbsync(site, server)
        ours.run(folders * messages)
        ours.catch_up()
        theirs.run("first")
        runs = [(ours.run(0), theirs.run()) for _ in range(rounds)]
        for number, (our, their) in enumerate(runs):
            print(f"round {number + 1}: mailroom {our.wall:.3f} s, mbsync {their.wall:.3f} s", flush=True)
    ours, theirs = [our for our, _ in runs], [their for _, their in runs]
    rows = [
        f"| {name} | {median([r.wall for r in found]):.3f} s | {median([r.processor for r in found]):.3f} s |"
        for name, found in (("mailroom", ours), ("mbsync", theirs))]
    return f"""## Nothing changed in {folders} folders of {messages:,} messages

`mailroom sync` and `mbsync`, each as a new process that logs in over TLS and looks at every folder again; {rounds} rounds of one after the
other. Medians; ratios are medians of the rounds' own, with the least and the greatest.

| | wall | processor |
| --- | --- | --- |
""" + "\n".join([*rows, f"| mailroom / mbsync | {ratio(ours, theirs, 'wall')} | {ratio(ours, theirs, 'processor')} |"])


def _small(folder, number):
    return (
        f"From: p{number % 97}@seed.example\r\nTo: ann@test.example\r\nSubject: {folder} {number}\r\n"
        f"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nMessage-ID: <f{folder}.{number}@seed.example>\r\n\r\nShort.\r\n").encode()


class _Mailroom:
    def __init__(self, root, site, server):
        folder = site.work_folder("mailroom-many")
        self.tool = [str(root / "dist" / "bin" / "mailroom"), "--store", f"{folder}/crm.db"]
        subprocess.run(
            [*self.tool, "connect", "many@test.example", "--imap", f"127.0.0.1:{server.imaps}", "--tls", "implicit", "--ca",
             site.ca, "--password-stdin"], input=f"{PASSWORD}\n".encode(), check=True, capture_output=True)

    def run(self, expected):
        run = Run([*self.tool, "sync", "many@test.example", "--json"])
        stored = json.loads(run.output)["messages"]
        if stored != expected:
            raise RuntimeError(f"mailroom stored {stored} of {expected} messages: {run.output}")
        return run

    def catch_up(self):
        """The index of words is filled behind the syncs, some of it each time: measured is what is left when that is over."""
        while json.loads(subprocess.run([*self.tool, "status", "--json"], check=True, capture_output=True).stdout)[0]["unindexed"]:
            self.run(0)


class _Mbsync:
    def __init__(self, site, server):
        self.folder = site.work_folder("mbsync-many")
        os.mkdir(f"{self.folder}/mail")
        # The first time without its fsync of each of the messages, which is not what is measured.
        for name, more in (("first", "FSync no"), ("again", "")):
            with open(f"{self.folder}/{name}", "w") as file:
                file.write(
                    MBSYNC.format(
                        port=server.imaps, user="many", password=PASSWORD, ca=site.ca, folder=f"{self.folder}/mail",
                        more=more, patterns="*"))
            os.chmod(f"{self.folder}/{name}", 0o600)

    def run(self, settings="again"):
        return Run(["mbsync", "-c", f"{self.folder}/{settings}", "-q", "all"], env={**os.environ, "HOME": self.folder})
