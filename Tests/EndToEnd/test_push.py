"""Push and limits: what a server tells of is in the store at once, and servers are asked no more than they allow."""

import contextlib
import os
import smtplib
import threading
import time

import mailroom
import pytest

from Servers import PASSWORD, wait_until
from Servers.faulty import Faulty, Line, Proxy


def deliver(site, user, number, server=None):
    text = f"Subject: {number}\r\nMessage-ID: <{number}.{user}@push.example>\r\nFrom: a@b.example\r\n\r\nhello {number}\r\n"
    with smtplib.LMTP((server or site.dovecot).lmtp) as lmtp:
        lmtp.sendmail("a@b.example", [f"{user}@test.example"], text.encode())


def folders(room, account):
    return {row["path"]: row for row in room.find("folder", account=account)}


def pushed(room, account, path="INBOX"):
    return folders(room, account).get(path, {}).get("push")


def count(room, account):
    return sum(1 for _ in room.find("message", account=account))


@pytest.fixture
def worker(store, site):
    """An engine that works in the background, and never looks by itself before an hour is over."""
    with mailroom.open(
        store, key_file=True, ca_file=site.ca, connect_timeout_ms=3000, io_timeout_ms=5000, work="always",
        poll_ms=3_600_000,
    ) as opened:
        opened.start()
        yield opened


def watched(room, fields, seconds=20):
    account = room.connect(**fields)["id"]
    wait_until(lambda: pushed(room, account), seconds, "the inbox to be watched")
    wait_until(
        lambda: all(row.get("synced_at") for row in folders(room, account).values())
        and room.status(account)["activity"] == "idle", seconds, "the first sync")
    return account


def test_a_delivery_is_in_the_feed_at_once(worker, settings, site, user):
    site.fill(user, 20)
    account = watched(worker, settings(user))
    wait_until(lambda: count(worker, account) == 20, 20, "the first sync")
    waits = []
    for number in range(10):
        deliver(site, user, number)
        begun = time.monotonic()
        wait_until(lambda: count(worker, account) == 21 + number, 10, "the delivery", step=0.005)
        waits.append(time.monotonic() - begun)
    # Dovecot tells of news up to half a second late.
    assert sorted(waits)[5] < 1.5, waits
    assert max(waits) < 5, waits
    # No login for each of them: one session watches, one is kept for what it tells of.
    logins = site.dovecot.log().count(f"Login: user=<{user}@test.example>") + site.dovecot.log().count(
        f"Login: user=<{user}>")
    assert logins <= 8, f"{logins} logins for ten deliveries, the connect and the first sync"


def test_a_burst_is_whole_and_few_syncs(worker, settings, site, user):
    account = watched(worker, settings(user))
    with smtplib.LMTP(site.dovecot.lmtp) as lmtp:
        for number in range(100):
            text = f"Subject: {number}\r\nMessage-ID: <burst{number}.{user}@push.example>\r\n\r\nhello\r\n"
            lmtp.sendmail("a@b.example", [f"{user}@test.example"], text.encode())
    wait_until(lambda: count(worker, account) == 100, 30, "the burst")
    # A sync begins with SELECT or EXAMINE: the kept session's, once a sync.
    assert worker.status(account)["messages"] == 100


def test_a_flag_that_another_client_sets(worker, settings, site, user):
    site.fill(user, 3)
    account = watched(worker, settings(user))
    wait_until(lambda: count(worker, account) == 3, 20, "the first sync")
    import imaplib

    with imaplib.IMAP4("127.0.0.1", site.dovecot.imap) as client:
        client.login(user, PASSWORD)
        client.select()
        client.store("1:*", "+FLAGS", r"\Flagged")
    wait_until(
        lambda: all("\\Flagged" in (row.get("flags") or []) for row in worker.find("message", account=account)), 10,
        "the flags")


def test_a_server_that_was_restarted_is_watched_again(worker, settings, site, user):
    with Proxy(site.dovecot.imap) as proxy:
        account = watched(worker, settings(user, imap_port=str(proxy.port), imap_tls="none"))
        deliver(site, user, 1)
        wait_until(lambda: count(worker, account) == 1, 10, "the first delivery")
        opened = proxy.accepted
        for connection in list(proxy._open):
            proxy._cut(connection)
        # Not lost, though nobody watched when it came.
        deliver(site, user, 2)
        wait_until(lambda: proxy.accepted > opened, 20, "the reconnect")
        wait_until(lambda: count(worker, account) == 2, 20, "what came meanwhile")
        deliver(site, user, 3)
        wait_until(lambda: count(worker, account) == 3, 20, "what came after it")
        assert worker.status(account)["state"] == "enabled"


def test_one_connection_is_for_work_and_the_clock_looks(store, settings, site, user):
    with mailroom.open(
        store, key_file=True, ca_file=site.ca, work="always", poll_ms=1000, connect_timeout_ms=3000
    ) as room:
        room.start()
        account = room.connect(**settings(user, connections="1"))["id"]
        wait_until(lambda: folders(room, account).get("INBOX", {}).get("synced_at"), 10, "the first sync")
        deliver(site, user, 1)
        wait_until(lambda: count(room, account) == 1, 15, "the delivery, by the clock")
        assert pushed(room, account) is None


def test_a_watched_mailbox_that_is_looked_at_holds_one_connection(store, settings, site, user):
    with mailroom.open(
        store, key_file=True, ca_file=site.ca, work="always", poll_ms=1000, connect_timeout_ms=3000
    ) as room:
        room.start()
        account = watched(room, settings(user, imap_off="NOTIFY"))
        # The clock looks at Sent each second. What it finds to be unchanged is no reason to stay.
        looked = [folders(room, account)["Sent"]["synced_at"]]
        held = set()

        def looks():
            held.add(connections(site.dovecot.imap))
            at = folders(room, account)["Sent"]["synced_at"]
            if at != looked[-1]:
                looked.append(at)
            return len(looked) > 3

        wait_until(looks, 20, "three looks at Sent", step=0.02)
        assert min(held) == 1, held
        assert room.status(account)["sync_health"] == "ok" and pushed(room, account) == "idle"


def connections(port):
    """How many connections this process has to a port of this machine."""
    with open("/proc/self/net/tcp") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    open_to = {row[9] for row in rows if row[2].endswith(f":{port:04X}") and row[3] == "01"}
    links = set()
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            links.add(os.readlink(f"/proc/self/fd/{name}"))
    return sum(f"socket:[{inode}]" in links for inode in open_to)


def test_a_folder_that_is_manual_waits_to_be_asked_for(worker, settings, site, user):
    account = watched(worker, settings(user))
    inbox = folders(worker, account)["INBOX"]
    worker.update("folder", inbox["id"], mode="manual")
    wait_until(lambda: pushed(worker, account) is None, 10, "the end of the watch")
    time.sleep(1)  # what was under way for the watch before ends
    deliver(site, user, 1)
    time.sleep(3)
    assert count(worker, account) == 0
    worker.sync(account)
    assert count(worker, account) == 1
    worker.update("folder", inbox["id"], mode="push")
    wait_until(lambda: pushed(worker, account), 10, "the watch")
    deliver(site, user, 2)
    wait_until(lambda: count(worker, account) == 2, 10, "the delivery")


def test_stopping_says_goodbye_at_once(store, settings, site, user):
    with mailroom.open(store, key_file=True, ca_file=site.ca, work="always") as room:
        room.start()
        names = [f"{user}.{number}" for number in range(20)]
        accounts = [room.connect(**settings(name))["id"] for name in names]
        wait_until(lambda: all(pushed(room, account) for account in accounts), 40, "twenty watches")
        begun = time.monotonic()
        room.stop()
        assert time.monotonic() - begun < 15, "not one after the other, and none by its time limit"
        assert not any(pushed(room, account) for account in accounts)
        # Watched again after the next start.
        room.start()
        wait_until(lambda: all(pushed(room, account) for account in accounts), 40, "twenty watches again")


class Scripted(Faulty):
    """An IMAP server with an empty inbox that counts logins, and answers them as `refusal` says, where it says so."""

    def __init__(self):
        self.refusal = None
        self.logins = 0
        super().__init__()

    def talk(self, connection):
        line = Line(connection)
        line.write("* OK Scripted server ready.")
        while True:
            tag, _, rest = line.read().partition(" ")
            verb = rest.split(" ")[0].upper()
            if verb == "CAPABILITY":
                line.write("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN", f"{tag} OK done")
            elif verb in ("LOGIN", "AUTHENTICATE"):
                self.logins += 1
                refusal = self.refusal() if self.refusal else None
                if refusal:
                    line.write(f"{tag} {refusal}")
                else:
                    line.write(f"{tag} OK logged in")
            elif verb in ("LIST", "LSUB"):
                line.write('* LIST () "/" INBOX', f"{tag} OK done")
            elif verb in ("SELECT", "EXAMINE"):
                line.write(
                    "* FLAGS (\\Seen)", "* 0 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 1] x", "* OK [UIDNEXT 1] x",
                    f"{tag} OK [READ-ONLY] done")
            elif verb == "STATUS":
                line.write("* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 1)", f"{tag} OK done")
            elif verb == "LOGOUT":
                return line.write("* BYE logging out", f"{tag} OK done")
            else:
                line.write(f"{tag} OK done")


REFUSALS = [
    ("BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds", "limit.rate", 290),
    ("NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=20)",
     "connection.limit", 30),
    ("NO [LIMIT] Too many simultaneous connections", "connection.limit", 30),
    ("NO [ALERT] Too many simultaneous connections. (Failure)", "connection.limit", 30),
]


@pytest.mark.parametrize("refusal, cause, seconds", REFUSALS)
def test_what_a_server_says_of_its_limits_is_obeyed(room, settings, user, refusal, cause, seconds):
    with Scripted() as server:
        account = room.connect(
            **settings(user, imap_port=str(server.port), imap_tls="none", smtp_host=None, smtp_port=None,
                       smtp_tls=None))["id"]
        room.sync(account)
        server.refusal = lambda: refusal
        before = server.logins
        with pytest.raises(mailroom.MailroomError) as caught:
            room.sync(account)
        assert caught.value.cause == cause
        assert caught.value.advice
        assert refusal.split("] ")[-1].split("BAD ")[-1] in caught.value.server_text
        # A login that is answered with BAD may be tried in another form.
        tried = server.logins
        assert before < tried <= before + 2
        # Whoever asks again now is told so without the server being asked.
        with pytest.raises(mailroom.MailroomError) as again:
            room.sync(account)
        assert again.value.cause == cause
        assert server.logins == tried
        status = room.status(account)
        assert status["next_attempt"] / 1000 - time.time() > seconds


def test_a_password_that_worked_is_refused_once(room, settings, user):
    with Scripted() as server:
        account = room.connect(
            **settings(user, imap_port=str(server.port), imap_tls="none", smtp_host=None, smtp_port=None,
                       smtp_tls=None))["id"]
        room.sync(account)
        server.refusal = lambda: "NO [AUTHENTICATIONFAILED] Authentication failed."
        with pytest.raises(mailroom.AuthError):
            room.sync(account)
        assert room.status(account)["state"] == "enabled", "one refusal asks nobody"
        assert any(row["level"] == "warning" and "worked before" in row["message"]
                   for row in room.find("log", account=account))
        with pytest.raises(mailroom.AuthError):
            room.sync(account)
        status = room.status(account)
        assert (status["state"], status["cause"]) == ("error", "auth.refused")
        server.refusal = None
        room.sync(account)
        assert room.status(account)["state"] == "enabled"


class Tarpit(Faulty):
    """Accepts, and says nothing for ever."""

    def talk(self, connection):
        self.hang()


@pytest.mark.limit(180)
def test_a_tarpit_keeps_nobody_else_waiting(worker, settings, site, user):
    account = watched(worker, settings(user))
    with Tarpit() as tarpit:
        jobs = []
        for number in range(40):
            fields = settings(
                f"{user}.slow{number}", imap_port=str(tarpit.port), imap_tls="none", imap_host="localhost",
                smtp_host=None, smtp_port=None, smtp_tls=None)
            thread = threading.Thread(target=_connect, args=(worker, fields))
            thread.start()
            jobs.append(thread)
        wait_until(lambda: tarpit.reached >= 8, 20, "the tarpit to hold on to many")
        for number in range(5):
            deliver(site, user, number)
            wait_until(lambda: count(worker, account) == number + 1, 15, "the delivery", step=0.02)
        for thread in jobs:
            thread.join(100)


def _connect(room, fields):
    try:
        room.connect(**fields)
    except mailroom.MailroomError:
        pass
