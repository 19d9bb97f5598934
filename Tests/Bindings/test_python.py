"""The Python package: what is its own beside the main job."""

import datetime
import gc
import os
import select
import subprocess
import sys
import threading
import time

import pytest

from .conftest import DIST, HERE, LIBRARY, ROOT, deliver


@pytest.fixture
def room(library, tmp_path):
    with library.open(tmp_path / "crm.db", key_file=True) as opened:
        yield opened


@pytest.fixture
def account(room, box):
    return room.connect(**box.account, timeout=60)


def test_the_library_under_test_is_loaded(library):
    assert os.path.samefile(library.loaded_from(), LIBRARY)
    assert library.version()
    with pytest.raises(RuntimeError):
        library.load("/nonexistent/libmailroom.so.1")


def test_rows_are_dicts_with_attributes(library):
    row = library.Row({"from": "a@example.com", "class": "auth", "subject": "S"})
    assert (row.from_, row.class_, row.subject, row["subject"]) == ("a@example.com", "auth", "S", "S")
    assert row.absent is None
    with pytest.raises(KeyError):
        row["absent"]
    with pytest.raises(AttributeError):
        row.__wrapped__


def test_errors_are_exceptions_with_their_facts(library, room):
    with pytest.raises(library.NotFoundError) as caught:
        room.get("message", 999)
    assert caught.value.code == "MR_E_NOT_FOUND" and isinstance(caught.value, LookupError)
    with pytest.raises(library.InvalidError) as caught:
        room.find("message", nonsense=1)
    assert "nonsense" in str(caught.value) and isinstance(caught.value, ValueError)
    with pytest.raises(library.InvalidError):
        room.connect(address="a@example.com", provider="maildir", nonsense=1)
    with pytest.raises(library.UnsupportedError):
        room.maintain("backup")
    assert issubclass(library.TimeoutError, TimeoutError)
    assert issubclass(library.ConnectionError, ConnectionError)


@pytest.mark.parametrize("value, words", [
    ("a\0b", "NUL"), ("\ud800", "Unicode"), (2**63, "64 bits"), (1.5, "float"), (object(), "object")])
def test_bad_values_name_their_field(library, room, value, words):
    with pytest.raises(library.InvalidError) as caught:
        room.put("company", name=value)
    assert caught.value.field == "name" and words in str(caught.value) == caught.value.fields["message"]


def test_times_and_limits(room, account, box):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    for given in (at, at.astimezone(), at.astimezone().replace(tzinfo=None)):
        send = room.send(account, to=box.good, text="T", send_at=given)
        assert room.get("send", send).send_at == round(at.timestamp() * 1000)
        room.cancel(send)
    batch = room.batch(account, ["ann@example.com"], text="T", send_at=at)
    assert [row.send_at for row in room.waiting(batch=batch)] == [round(at.timestamp() * 1000)]
    def limits(sending):
        return {(limit.what, limit.window): limit.limit for limit in sending.limits or [] if limit.source == "set"}
    assert limits(room.pacing(account, messages_day=50, max_size=10**6)) == {("messages", "day"): 50, ("size", None): 10**6}
    assert limits(room.pacing(account, messages_hour=9, max_size=None)) == {("messages", "day"): 50, ("messages", "hour"): 9}
    assert room.pacing(account).queued == 1


def test_conditions(room, account):
    room.sync(account, timeout=60)
    subjects = [message.subject for message in room.messages(account=account, order="date")]
    assert subjects[0] == "First" and len(subjects) == 3
    assert len(list(room.messages(limit=2))) == 2
    assert [row.subject for row in room.messages(message_id="one@example.com")] == ["First"]
    assert room.messages(from_="ann@example.com").first().subject == "First"
    dates = sorted(message.date for message in room.messages())
    assert len(list(room.messages(date__ge=dates[1]))) == 2
    assert len(list(room.messages({"date.lt": dates[1]}, account=account))) == 1
    ids = [message.id for message in room.messages()]
    assert len(list(room.messages(id__in=ids[:2]))) == 2


def test_bodies_are_files(room, account):
    room.sync(account, timeout=60)
    message = room.messages(message_id="two@example.com").first()
    with room.body(message) as body:
        whole = body.read()
    assert len(whole) == message.size and b"two@example.com" in whole
    with room.body(message) as body:
        assert b"".join(body.pieces(7)) == whole
    with room.body(message, "1") as body:
        assert body.read().decode().strip() == "Grüße"


def test_attachments_of_every_kind(room, account, box, tmp_path):
    path = tmp_path / "from-path.txt"
    path.write_bytes(b"path " * 100_000)
    with room.new_blob() as blob:
        blob.write(b"blob ")
        blob.write(b"content")
        sealed = blob.seal()
    send = room.send(account, to=box.good, subject="Attached", text="T", attachments=[
        path, {"name": "data.bin", "data": bytes(range(256))}, {"name": "blob.txt", "blob": sealed}])
    assert room.send_wait(send, timeout=60).state == "sent"
    import email

    sent = next(file for name in ("cur", "new") for file in (box.outbox / name).iterdir())
    parts = {
        part.get_filename(): part.get_payload(decode=True)
        for part in email.message_from_bytes(sent.read_bytes()).walk() if part.get_filename()}
    assert parts == {
        "from-path.txt": b"path " * 100_000, "data.bin": bytes(range(256)), "blob.txt": b"blob content"}


def test_the_same_key_is_the_same_send(library, room, account, box):
    values = {"to": box.good, "subject": "S", "text": "T", "idempotency_key": "order-7"}
    assert room.send(account, **values) == room.send(account, **values)
    with pytest.raises(library.ExistsError):
        room.send(account, **{**values, "text": "other"})


def test_cancel_and_resend_to_others(library, room, account, box):
    send = room.send(account, to=box.good, subject="S", text="T")
    room.cancel(send)
    assert room.get("send", send).state == "cancelled"
    failed = room.send_wait(room.send(account, to=["refuse@example.com"], subject="S", text="T"), timeout=60)
    assert (failed.state, failed.class_) == ("failed", "bad_recipient")
    assert [row.id for row in room.failed(account=account)] == [failed.id]
    room.resend(failed, to=box.good)
    assert room.send_wait(failed, timeout=60).state == "sent"


def test_a_wait_without_a_worker_times_out(library, account, box, room):
    with library.open(room.path, work="never") as reader:
        send = reader.send(account, to=box.good, subject="S", text="T")
        with pytest.raises(library.TimeoutError) as caught:
            reader.send_wait(send, timeout=0.2)
        assert caught.value.worker_seen_at is None
        job = reader.sync(account, wait=False)
        with pytest.raises(TimeoutError):
            job.wait(0.2)
    # Any process may take the job up by its id.
    assert room.job(job.id).wait(60).messages == box.count
    assert room.send_wait(send, timeout=60).state == "sent"


def test_events_fit_into_select(room, account, box):
    after = max(row.number for row in room.changes())
    with room.events() as events:
        while events.wait(0.05) is not None:
            pass
        send = room.send(account, to=box.good, subject="S", text="T")
        assert select.select([events], [], [], 10)[0] == [events]
        assert events.wait(1) > after
        assert ("send", send) in {(row.kind, row.id) for row in room.changes(after)}


def test_the_worker(library, box, tmp_path):
    with library.open(tmp_path / "w.db", key_file=True, work="always", poll_ms=200) as room:
        room.start()
        account = room.connect(**box.account, timeout=60)
        room.sync(account, timeout=60)
        deliver(box.path, b"From: a@example.com\nSubject: New\nMessage-ID: <new@example.com>\n\nHi\n", 77)
        limit = time.monotonic() + 30
        while not room.messages(message_id="new@example.com").first():
            assert time.monotonic() < limit, "the worker has not seen the new message"
            time.sleep(0.05)
        room.stop()


def test_other_threads_run_while_one_waits(library, room, account):
    with library.open(room.path, work="never") as reader:
        job = reader.sync(account, wait=False)
        counted = 0
        done = threading.Event()

        def wait():
            with pytest.raises(library.TimeoutError):
                job.wait(0.5)
            done.set()

        thread = threading.Thread(target=wait)
        thread.start()
        while not done.is_set():
            counted += 1
            time.sleep(0.001)
        thread.join()
        assert counted > 50


def test_what_is_closed_says_so(library, tmp_path):
    room = library.open(tmp_path / "c.db", key_file=True)
    rows = room.accounts()
    room.close()
    room.close()
    with pytest.raises(library.ClosedError):
        room.accounts()
    rows.close()
    assert list(rows) == []
    del room, rows
    gc.collect()


def test_fork(library, room, account, tmp_path):
    """A handle that was made before the fork answers ForkedError in the child; a new one works there."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        answer = b"nothing"
        try:
            try:
                room.status(account)
                answer = b"the inherited handle worked"
            except library.ForkedError:
                room.close()
                with library.open(room.path, key_file=True) as anew:
                    anew.put("company", key="from-the-child")
                    answer = b"as promised" if anew.status(account).id == account.id else b"wrong row"
        except BaseException as error:
            answer = repr(error).encode()
        finally:
            os.write(write, answer)
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"as promised"
    os.waitpid(child, 0)
    assert room.status(account).id == account.id
    assert [company.key for company in room.find("company")] == ["from-the-child"]


def test_loading_changes_nothing_in_the_process():
    """No thread, no signal handler, no output: held in a process of its own."""
    code = """
import os, sys
sys.path.insert(0, sys.argv[1])
def signals():
    return [line for line in open("/proc/self/status") if line.startswith(("SigCgt", "SigIgn", "SigBlk"))]
import mailroom, mailroom._declarations
before = signals()
mailroom.load(sys.argv[2])
room = mailroom.open(sys.argv[3], key_file=True)
list(room.accounts())
assert signals() == before, (before, signals())
assert len(os.listdir("/proc/self/task")) == 1, os.listdir("/proc/self/task")
room.close()
"""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", code, str(ROOT / "bindings" / "python"), str(LIBRARY), f"{folder}/x.db"],
            capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_environment_variable_says_what_is_loaded(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import mailroom; mailroom.version()"], capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "bindings" / "python"), "MAILROOM_DIST": str(DIST),
             "MAILROOM_LIBRARY": str(LIBRARY), "LIBMAILROOM": str(LIBRARY)}, cwd=tmp_path)
    if done.returncode == 0:
        pytest.skip("libmailroom is installed on this machine: the system's loader found it")
    assert "mailroom.load(path)" in done.stderr


def test_the_wheel_installs_and_finds_the_library(tmp_path):
    """The wheel carries the library and its plugins, and finds them beside itself."""
    wheels = sorted((DIST / "share" / "mailroom").glob("*.whl"))
    if not wheels:
        pytest.skip("this dist has no wheel")
    target = tmp_path / "lib" / "python"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps",
         "--target", str(target), str(wheels[-1])], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (target / "mailroom" / "py.typed").is_file()
    done = subprocess.run(
        [sys.executable, "-c", "import mailroom; print(mailroom.loaded_from())"], capture_output=True, text=True,
        timeout=60, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(target)}, cwd=HERE)
    assert done.stdout.strip() == str(target / "mailroom" / "lib" / "libmailroom.so.1"), done.stderr
