"""Several processes on one store: requests under php-fpm, a worker, a process that was stopped past its lease."""

import collections
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import mailroom
import pytest

from EndToEnd import helper
from Servers import wait_until
from Servers.faulty import Proxy
from Servers.phpfpm import PhpFpm

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "dist" / "bin" / "mailroom"
SCRIPT = str(pathlib.Path(__file__).with_name("request.php"))


@pytest.fixture
def fpm(site, user):
    ini = (ROOT / "dist/share/mailroom/php/mailroom.ini").read_text()
    preload = ROOT / "dist/share/mailroom/php/preload.php"
    ini = re.sub(r"(?m)^\s*(opcache\.preload(_user)?|zend_extension)\s*=.*$", "", ini)
    ini += f"\nopcache.preload = {preload}\nopcache.preload_user = root\n"
    with PhpFpm(site.work_folder(f"fpm-{user}"), ini) as running:
        yield running


@pytest.fixture
def account(room, settings, site, user):
    site.fill(user, 1500)
    return room.connect(**settings(user, ca_file=site.ca))


class Worker:
    def __init__(self, store):
        self.process = subprocess.Popen([str(TOOL), "--store", str(store), "run"], stdout=subprocess.PIPE, text=True)
        assert "ready" in self.process.stdout.readline()

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self.process.stdout.close()


@pytest.mark.limit(180)
def test_requests_and_a_worker(fpm, store, account, site, user):
    answers = collections.defaultdict(list)
    lock = threading.Lock()

    def get(**query):
        answer = fpm.get(SCRIPT, store=store, account=account["id"], **query)
        with lock:
            answers[query["do"]].append(answer)
        return answer

    with Worker(store):
        job = get(do="sync")["job"]

        def client(number):
            for turn in range(12):
                get(do="status")
                get(do="messages")
                get(do="failed")
                if turn % 4 == 0:
                    get(do="send", to=f"{user}-to@test.example", subject=f"{number}.{turn}")

        clients = [threading.Thread(target=client, args=(number,)) for number in range(4)]
        for thread in clients:
            thread.start()
        waited = get(do="wait", job=job, timeout=60)
        for thread in clients:
            thread.join()
        assert "result" in waited, waited
        sends = [answer["send"] for answer in answers["send"]]
        assert len(sends) == len(set(sends)) == 12
        for send in sends:
            assert get(do="sendwait", send=send, timeout=60)["result"]["state"] == "sent"
        everything = [answer for list_ in answers.values() for answer in list_]
        assert [answer["error"] for answer in everything if "error" in answer] == []
        assert len({answer["pid"] for answer in everything}) > 1, "several processes served"
        for answer in everything:
            assert answer["after"] == answer["before"], "a request made a thread or a socket"
        assert get(do="status")["status"]["messages"] == 1500
    with mailroom.open(store, key_file=True, ca_file=site.ca) as room:
        other = room.connect(
            address=f"{user}-to@test.example", password="pass", imap_host="127.0.0.1",
            imap_port=str(site.dovecot.imaps), imap_tls="implicit")

        def arrived():
            room.sync(other)
            return len(list(room.messages(account=other["id"]))) == 12

        wait_until(arrived, 30, "every message arrives, once", step=0.5)


def test_waiting_without_a_worker_says_so(fpm, store, account):
    job = fpm.get(SCRIPT, store=store, account=account["id"], do="sync")["job"]
    start = time.monotonic()
    answer = fpm.get(SCRIPT, store=store, do="wait", job=job, timeout="0.5")
    assert time.monotonic() - start < 20
    assert "timeout" in answer, answer
    assert "worker_seen_at" not in answer["timeout"], "none ever ran"
    with Worker(store):
        assert "result" in fpm.get(SCRIPT, store=store, do="wait", job=job, timeout=60)


NEVER = """
room = mailroom.open(given["store"], key_file=True, work="never")
account = room.accounts().first()["id"]
room.status(account)
list(room.messages(account=account, limit=20)); list(room.failed()); list(room.changes())
number = room.send(account, to="x@test.example", subject="queued", text="x")
job = room.sync(account, wait=False)
try:
    job.wait(0.3)
    late = False
except mailroom.TimeoutError:
    late = True
try:
    room.send_wait(number, 0.3)
    late = False
except mailroom.TimeoutError:
    pass
answer({"threads": threads(), "sockets": sockets(), "late": late, "state": room.get("send", number)["state"]})
room.close()
"""


def test_work_never_makes_no_thread_and_no_socket(store, account, tmp_path):
    trace = tmp_path / "trace"
    answer = helper.ended_well(
        NEVER, {"store": str(store)},
        before=["strace", "-f", "-qq", "-o", str(trace), "-e", "trace=clone,clone3,vfork,fork,socket,socketpair,openat"])
    assert answer == {"threads": 1, "sockets": 0, "late": True, "state": "queued"}
    calls = trace.read_text()
    assert "openat" in calls
    assert re.findall(r"(?m)^.*\b(?:clone3?|v?fork|socket|socketpair)\(.*$", calls) == []
    # A manifest may be read, and the file beside it looked at; the loader opens by the whole path.
    assert re.findall(r'(?m)^.*openat\(AT_FDCWD, "[^"]*mail\.so".*$', calls) == [], "no plugin is loaded"


STOPPED = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"], lease_ms=2000)
answer("ready")
try:
    room.sync(given["account"])
    answer("synced")
except mailroom.MailroomError as error:
    answer([error.code, str(error)])
"""


@pytest.mark.limit(180)
def test_stopped_past_its_lease_it_writes_nothing(store, room, settings, site, user):
    from EndToEnd.dump import dump

    site.fill(user, 700)
    with Proxy(site.dovecot.imap) as proxy:
        account = room.connect(**settings(user, imap_port=str(proxy.port), imap_tls="none"))
        proxy.hold_at = r"FETCH"
        with helper.start(STOPPED, {"store": str(store), "ca": site.ca, "account": account["id"]}) as process:
            try:
                assert helper.read_answer(process) == "ready"
                wait_until(lambda: proxy.reached, 20, "it fetches")
                os.kill(process.pid, signal.SIGSTOP)
                proxy.release()
                # Another process takes the lease once it is void, and does the work.
                deadline = time.monotonic() + 60
                while True:
                    try:
                        room.sync(account)
                        break
                    except mailroom.BusyError:
                        assert time.monotonic() < deadline, "the lease was never free"
                        time.sleep(0.5)
                before = dump(room)
                latest = max(row["number"] for row in room.changes())
                assert room.status(account)["messages"] == 700
                os.kill(process.pid, signal.SIGCONT)
                result = helper.read_answer(process)
                process.wait(30)
            finally:
                process.kill()
        # What it had fetched is thrown away. Its caller still waits: so the job is begun anew, under a lease of its own,
        # and finds nothing to do.
        assert result == "synced" or result[0] == "MR_E_BUSY", result
        assert dump(room) == before
        mail = [row for row in room.changes(latest) if row["kind"] in ("message", "place", "thread", "folder")]
        assert mail == [], "and the feed tells of no mail"


TOGETHER = """
room = mailroom.open(given["store"], key_file=True, ca_file=given["ca"])
answer(room.sync(given["account"]))
"""


def test_three_processes_sync_one_account(store, room, site, account):
    """One does the work, the others wait for it or come after: no error, nothing twice."""
    given = {"store": str(store), "account": account["id"], "ca": site.ca}
    processes = [helper.start(TOGETHER, given) for _ in range(3)]
    try:
        for process in processes:
            output, _ = process.communicate(timeout=90)
            assert process.returncode == 0, output
    finally:
        for process in processes:
            process.kill()
    ids = [row["message_id"] for row in room.messages(account=account["id"])]
    assert len(ids) == len(set(ids)) == 1500
    assert len(list(room.find("place", account=account["id"]))) == 1500
