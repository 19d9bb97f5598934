"""Messages queued durably and delivered to a local sink: mailroom (mr_send, its own worker) beside Postfix (smtp-source into its
smtpd, its queue, its smtp client). Both are given the messages by four at once, and deliver by SMTP to an smtp-sink of
their own on the same machine, which only counts."""

import json
import pathlib
import shutil
import subprocess
import time

from Servers.process import free_port, wait_for_port
from Servers import Site

from .measure import median

AT_ONCE = 4
SOURCE = pathlib.Path(__file__).with_name("send.c")


def measure(root, messages, rounds):
    with Site() as site:
        program = built(root, site.work_folder("send-program"))
        ours, theirs = [], []
        for number in range(rounds):
            ours.append(mailroom(site, program, messages))
            theirs.append(postfix(site, messages))
            print(
                f"round {number + 1}: mailroom {ours[-1]['wall']:.2f} s (queued after {ours[-1]['queued']:.2f} s), "
                f"Postfix {theirs[-1]:.2f} s", flush=True)
    ratios = [their / our["wall"] for our, their in zip(ours, theirs)]
    return f"""## {messages:,} messages, queued and delivered

A C program that calls `mr_send` from {AT_ONCE} threads, with the worker in the same process, one account; beside Postfix with
`smtp-source` of {AT_ONCE} sessions. 2 kB and one recipient each; both deliver to `smtp-sink`; {rounds} rounds of one after the other,
medians; ratios are medians of the rounds' own, with the least and the greatest. Both have each message on the disk before its
sender hears so; mailroom also before it is offered, with its outcome after that.

| | wall | a second |
| --- | --- | --- |
| mailroom | {median([run["wall"] for run in ours]):.2f} s | {messages / median([run["wall"] for run in ours]):.0f} |
| Postfix | {median(theirs):.2f} s | {messages / median(theirs):.0f} |
| Postfix / mailroom | {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) | |"""


class Sink:
    def __enter__(self):
        self.port = free_port()
        self._process = subprocess.Popen(
            ["smtp-sink", "-u", "nobody", f"127.0.0.1:{self.port}", "200"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_for_port(self.port, lambda: self._process.poll() is None)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()


def built(root, folder):
    library = pathlib.Path(root) / "dist" / "lib"
    program = f"{folder}/send"
    subprocess.run(
        ["gcc", "-std=gnu11", "-O2", f"-I{root}/dist/include", str(SOURCE), "-o", program, f"-L{library}", "-lmailroom",
         "-lpthread", f"-Wl,-rpath,{library}"], check=True)
    return program


def mailroom(site, program, messages):
    folder = site.work_folder("send")
    with Sink() as sink:
        done = subprocess.run(
            [program, f"{folder}/crm.db", str(sink.port), str(messages), str(AT_ONCE)], check=True, timeout=900,
            capture_output=True, text=True)
    run = json.loads(done.stdout)
    if run["sent"] != messages:
        raise RuntimeError(f"mailroom sent {run['sent']} of {messages} messages")
    shutil.rmtree(folder)
    return run


def postfix(site, messages):
    """From the first connection of smtp-source until Postfix has logged the last message as sent."""
    with Sink() as sink:
        server = site.another_postfix(f"postfix-{sink.port}", f"virtual_transport = smtp:[127.0.0.1]:{sink.port}")
        try:
            before = server.log().count("status=sent")
            started = time.monotonic()
            subprocess.run(
                ["smtp-source", "-c", "-s", str(AT_ONCE), "-m", str(messages), "-l", "2000", "-f", "bench@test.example", "-t",
                 "to@test.example", f"127.0.0.1:{server.mx}"], check=True, capture_output=True)
            while server.log().count("status=sent") - before < messages:
                if time.monotonic() - started > 900:
                    raise RuntimeError("Postfix did not end")
                time.sleep(0.05)
            return time.monotonic() - started
        finally:
            server.stop()
