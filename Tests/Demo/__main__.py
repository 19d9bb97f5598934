import os
import sys
import time

from Servers import PASSWORD, ServerError, Site, end_on_signals, seed, wait_until

from .tool import Tool

MESSAGES = 300


def main():
    end_on_signals()
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    program = sys.argv[1] if len(sys.argv) > 1 else os.path.join(root, "dist", "bin", "mailroom")
    begun = time.monotonic()
    say("Starting a real Dovecot and a real Postfix on 127.0.0.1, and filling ann's mailbox.")
    with Site() as site:
        site.fill("ann@test.example", MESSAGES)
        site.postfix.refuse("carol@test.example")
        print(
            f"  Dovecot: IMAP on port {site.dovecot.imap}. Postfix: submission on port {site.postfix.submission}. "
            f"{MESSAGES} messages in ann@test.example, none in bob's; carol has no mailbox yet.")
        tool = Tool(program, f"{site.work_folder('demo')}/crm.db", site.folder)
        print("  $", program, "--version:", end=" ")
        os.system(f"{program} --version")
        connect_and_sync(tool, site)
        find_and_show(tool)
        send_and_arrive(tool, site)
        fail_and_resend(tool, site)
        say("The log, and how it all stands")
        tool.run("log")
        tool.run("status")
    for server in (site.dovecot, site.postfix):
        tool.check(not server.daemon.alive(), "the servers are gone")
    print()
    print(f"{tool.checks - len(tool.failures)} of {tool.checks} checks held, {time.monotonic() - begun:.0f} s.")
    for failure in tool.failures:
        print(f"  not as said: {failure}")
    print("demo: " + ("FAILED" if tool.failures else "everything was as said"))
    return 1 if tool.failures else 0


def say(title):
    print(f"\n\033[1;36m== {title}\033[0m", flush=True)


def connect(tool, site, address, port, tls):
    tool.run(
        "connect", address, "--imap", f"127.0.0.1:{port}", "--imap-tls", tls,
        "--smtp", f"127.0.0.1:{site.postfix.submission}", "--smtp-tls", "starttls", "--ca", site.ca, "--password-stdin",
        password=PASSWORD)


def connect_and_sync(tool, site):
    say("Connect two mailboxes, one over STARTTLS, one over TLS from the first byte; and sync")
    connect(tool, site, "ann@test.example", site.dovecot.imap, "starttls")
    connect(tool, site, "bob@test.example", site.dovecot.imaps, "implicit")
    tool.run("sync", "ann@test.example")
    again = tool.ask("sync", "ann@test.example")
    tool.check(again.get("messages") == 0, "a second sync of ann brings nothing new")
    tool.run("sync", "bob@test.example")
    tool.run("status")
    status = {row["address"]: row for row in tool.ask("status")}
    ann = status.get("ann@test.example", {})
    tool.check(ann.get("messages") == MESSAGES, f"ann has {MESSAGES} messages stored: {ann.get('messages')}")
    unseen = sum(not seed.is_seen(number) for number in range(MESSAGES))
    tool.check(ann.get("unseen") == unseen, f"{unseen} of them are unread: {ann.get('unseen')}")
    tool.check(ann.get("state") == "enabled", f"ann is enabled: {ann.get('state')}")


def synced(tool, address):
    """One more look at a mailbox; a failure ends the waiting for what should come."""
    failures = len(tool.failures)
    tool.ask("sync", address)
    if len(tool.failures) > failures:
        raise ServerError(f"{address} cannot be synced")


def find_and_show(tool):
    number = MESSAGES - MESSAGES % 20 - 20
    say(f"A message from {seed.sender(number)}, found and shown: it has an attachment")
    tool.run("messages", "ann@test.example", "--with", seed.sender(number), "--limit", "5")
    found = tool.ask("messages", "ann@test.example", "--with", seed.sender(number), "--limit", "0")
    match = [row for row in found if row.get("subject") == seed.subject(number)]
    if tool.check(len(match) == 1, f"exactly one is called {seed.subject(number)!r}: {len(match)}"):
        output = tool.run("show", str(match[0]["id"]))
        tool.check(f"file {number}.pdf" in output, "the attachment is named")
        tool.check(f"Grüße, Person {number % 211}" in output, "the text is decoded")


def send_and_arrive(tool, site):
    say("One message that arrives")
    letter = os.path.join(site.folder, "offer.txt")
    with open(letter, "w") as file:
        file.write("What we spoke about.\n" * 50)
    tool.run(
        "send", "ann@test.example", "--to", "bob@test.example", "--subject", "Grüße an Bob",
        "--text", "Hello Bob, the offer is attached.", "--attach", letter, "--wait")

    def arrived():
        synced(tool, "bob@test.example")
        return [row for row in tool.ask("messages", "bob@test.example") if row.get("subject") == "Grüße an Bob"]

    try:
        rows = wait_until(arrived, 15, step=0.3)
    except ServerError:
        rows = []
    if tool.check(len(rows) == 1, "it is in bob's mailbox after a sync of his account"):
        tool.run("messages", "bob@test.example")
        output = tool.run("show", str(rows[0]["id"]))
        tool.check("the offer is attached" in output and "offer.txt" in output, "bob reads the text and the attachment")


def fail_and_resend(tool, site):
    say("One message that fails: carol has no mailbox; why it failed, and what to do")
    tool.run(
        "send", "ann@test.example", "--to", "carol@test.example", "--subject", "Welcome, Carol",
        "--text", "Good to have you with us.", "--wait", expected=6)
    tool.run("failed")
    failed = tool.ask("failed")
    if not tool.check(len(failed) == 1, f"one failed send is listed: {len(failed)}"):
        return
    send = failed[0]
    tool.check(send.get("class") == "bad_recipient", f"its class is bad_recipient: {send.get('class')}")
    tool.check(bool(send.get("advice")), "it comes with advice")
    tool.check("User unknown" in (send.get("server_text") or ""), "the server's own words are kept")
    say("The administrator creates carol's mailbox; the resend works")
    site.postfix.accept("carol@test.example")
    tool.run("resend", str(send["id"]), "--wait")
    tool.check(tool.ask("failed") == [], "nothing is failed any more")
    connect(tool, site, "carol@test.example", site.dovecot.imaps, "implicit")

    def arrived():
        synced(tool, "carol@test.example")
        return [row.get("subject") for row in tool.ask("messages", "carol@test.example")]

    try:
        subjects = wait_until(arrived, 15, step=0.3)
    except ServerError:
        subjects = []
    tool.check(subjects == ["Welcome, Carol"], f"it is in carol's mailbox, once: {subjects}")
    tool.run("messages", "carol@test.example")


sys.exit(main())
