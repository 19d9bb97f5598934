"""Messages queued durably and delivered to a local sink: mailroom (mr_send, its own worker) beside Postfix (smtp-source into its
smtpd, its queue, its smtp client). Both deliver by SMTP to an smtp-sink of their own on the same machine, which only counts."""

import shutil
import subprocess
import time

from EndToEnd import helper
from Servers import Site
from Servers.process import free_port, wait_for_port

from .measure import median

WORK = """
import resource
room = mailroom.open(given["store"], key_file=True, work="always")
account = room.connect(
    address="bench@test.example", smtp_host="127.0.0.1", smtp_port=str(given["port"]), smtp_tls="none")["id"]
text = "A line of text that takes some room in the message.\\r\\n" * 36
started = time.monotonic()
room.start()
for number in range(given["messages"]):
    last = room.send(account, to=f"to{number}@b.example", subject=f"Number {number}", text=text)
queued = time.monotonic() - started
while room.status(account)["sending"]["queued"] or list(room.find("send", state="sending", limit=1)):
    time.sleep(0.02)
took = time.monotonic() - started
usage = resource.getrusage(resource.RUSAGE_SELF)
sent = sum(1 for _ in room.find("send", state="sent", fields=["id"]))
answer({"wall": took, "queued": queued, "sent": sent, "processor": usage.ru_utime + usage.ru_stime, "peak": memory("VmHWM")})
room.stop()
room.close()
"""


def measure(root, messages, rounds):
    with Site() as site:
        ours, theirs = [], []
        for number in range(rounds):
            ours.append(mailroom(site, messages))
            theirs.append(postfix(site, messages))
            print(
                f"round {number + 1}: mailroom {ours[-1]['wall']:.2f} s (queued after {ours[-1]['queued']:.2f} s), "
                f"Postfix {theirs[-1]:.2f} s", flush=True)
    ratios = [their / our["wall"] for our, their in zip(ours, theirs)]
    return f"""## {messages:,} messages, queued and delivered

`mr_send` from Python, one account and one connection, beside Postfix with `smtp-source` of four sessions; 2 kB each; both deliver to
`smtp-sink`; {rounds} rounds of one after the other, medians. Each message is on the disk before it is queued and before it is offered.

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


def mailroom(site, messages):
    folder = site.work_folder("send")
    with Sink() as sink:
        run = helper.ended_well(
            WORK, {"store": f"{folder}/crm.db", "port": sink.port, "messages": messages}, timeout=900)
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
                ["smtp-source", "-c", "-s", "4", "-m", str(messages), "-l", "2000", "-f", "bench@test.example", "-t",
                 "to@test.example", f"127.0.0.1:{server.mx}"], check=True, capture_output=True)
            while server.log().count("status=sent") - before < messages:
                if time.monotonic() - started > 900:
                    raise RuntimeError("Postfix did not end")
                time.sleep(0.05)
            return time.monotonic() - started
        finally:
            server.stop()
