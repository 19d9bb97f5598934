"""The PHP package: on the command line, preloaded, and under php-fpm itself."""

import glob
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import time

import pytest

from .conftest import DIST, LIBRARY, ROOT

FPM = next(iter(sorted(glob.glob("/usr/sbin/php-fpm*"))), None)


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """The package as dist has it: with the library in a lib directory above it."""
    packaged = DIST / "share" / "mailroom" / "php"
    if packaged.is_dir():
        return packaged
    folder = tmp_path_factory.mktemp("php")
    os.symlink(DIST / "lib", folder / "lib")
    return shutil.copytree(ROOT / "bindings" / "php", folder / "php")


def php(package, code, *options, arguments=()):
    done = subprocess.run(
        ["php", "-d", "ffi.enable=1", *options, "-r", f"require '{package}/autoload.php'; {code}", "--", *map(str, arguments)],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_finds_the_library_beside_itself(package):
    assert re.fullmatch(r"\d+\.\d+\.\d+", php(package, "echo Mailroom\\Library::version();"))


def test_exceptions_have_their_facts(package, tmp_path):
    told = json.loads(php(package, """
        $room = Mailroom\\Room::open($argv[1], ['key_file' => true]);
        $told = [];
        foreach ([
            fn() => $room->get('message', 999),
            fn() => iterator_to_array($room->find('message', ['nonsense' => 1])),
            fn() => $room->put('company', ['name' => "a\\0b"]),
            fn() => $room->put('company', ['name' => "\\xff"]),
            fn() => $room->put('company', ['name' => 1.5]),
            function() use ($room) { $room->close(); $room->status(1); },
        ] as $try) {
            try { $try(); $told[] = 'nothing'; }
            catch (Mailroom\\MailroomException $e) { $told[] = [$e::class, $e->name(), $e->field()]; }
        }
        echo json_encode($told);
    """, arguments=[tmp_path / "crm.db"]))
    assert [row[:2] for row in told] == [
        ["Mailroom\\NotFoundException", "MR_E_NOT_FOUND"], ["Mailroom\\InvalidException", "MR_E_INVALID"],
        ["Mailroom\\InvalidException", "MR_E_INVALID"], ["Mailroom\\InvalidException", "MR_E_INVALID"],
        ["Mailroom\\InvalidException", "MR_E_INVALID"], ["Mailroom\\ClosedException", "MR_E_CLOSED"]]
    assert [row[2] for row in told[2:5]] == ["name"] * 3


def test_attachments_go_in_pieces(package, tmp_path, box):
    attached = tmp_path / "large.bin"
    attached.write_bytes(os.urandom(3_000_000))
    told = json.loads(php(package, """
        $room = Mailroom\\Room::open($argv[1], ['key_file' => true]);
        $account = $room->connect(json_decode($argv[2], true), 60);
        $send = $room->send($account, ['to' => ['bob@example.com'], 'subject' => 'S', 'text' => 'T', 'attachments' => [
            $argv[3], ['name' => 'data.bin', 'data' => new Mailroom\\Bytes("\\0\\1\\2")]]]);
        echo json_encode($room->sendWait($send, 60));
    """, arguments=[tmp_path / "crm.db", json.dumps(box.account), attached]))
    assert told["state"] == "sent" and told["size"] > 3_000_000
    import email

    sent = next(file for name in ("cur", "new") for file in (box.outbox / name).iterdir())
    parts = {
        part.get_filename(): part.get_payload(decode=True)
        for part in email.message_from_bytes(sent.read_bytes()).walk() if part.get_filename()}
    assert parts == {"large.bin": attached.read_bytes(), "data.bin": b"\0\1\2"}


def test_load_unload_load_in_one_process(package, tmp_path):
    """PHP lets go of the library with every FFI object, and takes it up again."""
    told = php(package, """
        $declarations = file_get_contents($argv[1] . '/mailroom.ffi.h');
        for ($round = 0; $round < 3; $round++) {
            $ffi = FFI::cdef($declarations, $argv[2]);
            $out = $ffi->new('mr_engine *');
            echo $ffi->mr_open($argv[3], null, FFI::addr($out), null);
            $ffi->mr_close($out);
            unset($ffi, $out);
            gc_collect_cycles();
        }
    """, arguments=[package, LIBRARY, tmp_path / "crm.db"])
    assert told == "000"


# ---- php-fpm ----


def record(kind, content):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def pair(name, value):
    name, value = name.encode(), value.encode()
    return b"".join(struct.pack(">I", len(x) | 0x80000000) for x in (name, value)) + name + value


def request(path, script, query):
    """One FastCGI request (the responder's role); what it printed after its header."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        parameters = b"".join(pair(name, value) for name, value in {
            "SCRIPT_FILENAME": str(script), "REQUEST_METHOD": "GET", "QUERY_STRING": query}.items())
        connection.sendall(
            record(1, struct.pack(">HB5x", 1, 0)) + record(4, parameters) + record(4, b"") + record(5, b""))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    output = errors = b""
    while len(answer) >= 8:
        _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", answer[:8])
        content, answer = answer[8:8 + length], answer[8 + length + padding:]
        output += content if kind == 6 else b""
        errors += content if kind == 7 else b""
    head, _, body = output.partition(b"\r\n\r\n")
    assert b"Status: 5" not in head and body, (output + errors).decode(errors="replace")
    return json.loads(body)


SCRIPT = """<?php
header('Content-Type: application/json');
$threads = fn() => count(scandir('/proc/self/task')) - 2;
$sockets = fn() => count(array_filter(
    array_map(fn($fd) => @readlink("/proc/self/fd/$fd") ?: '', scandir('/proc/self/fd')),
    fn($target) => str_starts_with($target, 'socket:')));
$before = [$threads(), $sockets()];
$room = Mailroom\\Room::open($_GET['store']);
$told = ['accounts' => iterator_to_array($room->accounts(), false)];
$told['send'] = $room->send((int) $_GET['account'], ['to' => ['bob@example.com'], 'subject' => 'S', 'text' => 'T']);
try {
    $room->sendWait($told['send'], 0.2);
    $told['wait'] = 'ended';
} catch (Mailroom\\TimeoutException $e) {
    $told['wait'] = 'timeout';
}
try {
    FFI::cdef('int getpid(void);');
    $told['ffi'] = 'allowed';
} catch (FFI\\Exception) {
    $told['ffi'] = 'refused';
}
$told['unchanged'] = $before === [$threads(), $sockets()];
echo json_encode($told);
"""


@pytest.fixture(params=["cdef", "scope"])
def fpm(request, package, tmp_path):
    """php-fpm with the lines of mailroom.ini; once with ffi.preload, once without."""
    if FPM is None:
        pytest.skip("php-fpm is not installed")
    tmp_path.chmod(0o755)
    given = (package / "mailroom.ini").read_text()
    lines = dict(re.findall(r"^([\w.]+)\s*=\s*(.+)$", given, re.M))
    assert lines["ffi.enable"] == "preload" and lines["opcache.preload"].endswith("preload.php")
    options = ["-d", "ffi.enable=preload", "-d", "opcache.enable=1", "-d", f"opcache.preload={package}/preload.php"]
    root = os.getuid() == 0
    if root:
        options += ["-d", "opcache.preload_user=root"]
    if request.param == "scope":
        header = tmp_path / "scope.h"
        header.write_text((package / "mailroom.scope.h").read_text().replace('"libmailroom.so.1"', f'"{LIBRARY}"'))
        options += ["-d", f"ffi.preload={header}"]
    path = tmp_path / "fpm.sock"
    configuration = tmp_path / "fpm.conf"
    configuration.write_text(
        f"[global]\nerror_log = {tmp_path}/fpm.log\ndaemonize = no\n[www]\nlisten = {path}\npm = static\npm.max_children = 2\n"
        + ("user = root\n" if root else ""))
    process = subprocess.Popen(
        [FPM, "-n", *(["-R"] if root else []), *extensions(), *options, "-y", str(configuration), "-F"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        limit = time.monotonic() + 20
        while not path.exists():
            assert process.poll() is None and time.monotonic() < limit, process.stdout.read() + log(tmp_path)
            time.sleep(0.05)
        yield path
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def log(folder):
    file = folder / "fpm.log"
    return file.read_text() if file.exists() else ""


def extensions():
    """With -n nothing is loaded by itself: FFI and opcache by name, where they are not built in."""
    loaded = subprocess.run(["php", "-n", "-m"], capture_output=True, text=True, timeout=30).stdout
    options = [] if "FFI" in loaded.split() else ["-d", "extension=ffi"]
    return options + ([] if "Zend OPcache" in loaded else ["-d", "zend_extension=opcache"])


@pytest.mark.limit(60)
def test_requests_read_and_queue_and_the_worker_sends(fpm, connected, box, tmp_path):
    script = tmp_path / "request.php"
    script.write_text(SCRIPT)
    query = f"store={connected.store}&account=1"
    answers = [request(fpm, script, query) for _ in range(4)]
    for answer in answers:
        assert answer["accounts"][0]["address"] == box.address
        assert answer["wait"] == "timeout", "a request does no work of its own"
        assert answer["ffi"] == "refused", "with ffi.enable=preload a request's own code has no FFI"
        assert answer["unchanged"], "a request made a thread or a socket"
    sends = [answer["send"] for answer in answers]
    assert len(set(sends)) == 4
    with connected.worker():
        limit = time.monotonic() + 30
        while box.arrived() < 4:
            assert time.monotonic() < limit, "the worker has not sent what the requests queued"
            time.sleep(0.05)
    assert connected.ask("failed") == []


def test_batches_replies_and_other_content(package, tmp_path, box):
    told = json.loads(php(package, """
        $room = Mailroom\\Room::open($argv[1], ['key_file' => true]);
        $account = $room->connect(json_decode($argv[2], true), 60);
        $room->sync($account, null, 60);
        $batch = $room->batch([$account], ['ann@example.com', ['to' => 'bob@example.com', 'values' => []]], [
            'subject' => 'S', 'text' => 'T', 'attachments' => [['name' => 'a.bin', 'data' => new Mailroom\\Bytes("\\0\\1")]],
        ], ['name' => 'Two']);
        $states = [];
        foreach ($room->find('send', ['batch' => $batch]) as $send) { $states[] = $room->sendWait($send, 60)['state']; }
        $later = $room->batch($account, ['ann@example.com'], ['text' => 'T'], ['send_at' => (time() + 3600) * 1000]);
        $waiting = iterator_to_array($room->waiting(), false);
        $room->cancelBatch($later);
        foreach ($room->messages(['limit' => 1]) as $message) { $reply = $room->reply($message, ['text' => 'Yes']); }
        $failed = $room->send($account, ['to' => ['refuse@example.com'], 'subject' => 'S', 'text' => 'T']);
        $room->sendWait($failed, 60);
        $room->resend($failed, ['message' => ['to' => ['bob@example.com'], 'subject' => 'Mended', 'text' => 'T',
            'attachments' => [['name' => 'b.bin', 'data' => new Mailroom\\Bytes("\\0")]]]]);
        $mended = $room->sendWait($failed, 60);
        echo json_encode([$states, iterator_to_array($room->batches(), false), \\count($waiting), $room->sendWait($reply, 60),
            $mended, \\count(iterator_to_array($room->attempts($failed), false))]);
    """, arguments=[tmp_path / "crm.db", json.dumps(box.account)]))
    states, batches, waiting, reply, mended, attempts = told
    assert states == ["sent", "sent"] and waiting == 1 and attempts == 2
    assert [(row["name"] if "name" in row else None, row["state"]) for row in batches] == [("Two", "done"), (None, "cancelled")]
    assert reply["state"] == "sent" and reply["answers"] and reply["subject"].startswith("Re: ")
    assert (mended["state"], mended["subject"]) == ("sent", "Mended")


def test_rows_times_limits_and_checks(package, tmp_path, box):
    attached = tmp_path / "offer.PDF"
    attached.write_bytes(b"%PDF")
    told = json.loads(php(package, """
        $room = Mailroom\\Room::open($argv[1], ['key_file' => true]);
        $account = $room->connect(json_decode($argv[2], true), 60);
        $at = new DateTimeImmutable('+1 hour');
        $later = $room->send($account, ['to' => ['bob@example.com'], 'text' => 'T', 'send_at' => $at]);
        $waits = iterator_to_array($room->waiting(['account' => $account]), false);
        $room->cancel($later);
        $values = $room->batch($account, [['to' => 'bob@example.com', 'values' => ['id' => 7]]], ['subject' => '{{id}}', 'text' => 'T']);
        $subject = $room->find('send', ['batch' => $room->get('batch', $values)])->current()['subject'];
        $room->cancelBatch($values);
        $sent = $room->sendWait($room->send($account, ['to' => ['bob@example.com'], 'text' => 'T', 'attachments' => [$argv[3]]]), 60);
        $limits = [$room->pacing($account, ['messages_day' => 50, 'max_size' => 1000000]),
            $room->pacing($account, ['messages_hour' => 9, 'max_size' => null])];
        $told = [];
        foreach ([fn() => $room->put('company', ['name' => 1.5]), fn() => $room->checkDomain('example.com', [], 'nonsense'),
            fn() => $room->maintain('backup'), fn() => $room->check('doctor')] as $try) {
            try { $try(); $told[] = 'nothing'; } catch (Mailroom\\MailroomException $e) { $told[] = [$e->name(), $e->fields['message']]; }
        }
        echo json_encode([$at->format('Uv'), $waits[0]['send_at'], $subject, $sent['state'], $limits, $told,
            $room->verify($account, within: 30)['ok']]);
    """, arguments=[tmp_path / "crm.db", json.dumps(box.account), attached]))
    at, send_at, subject, state, limits, failures, verified = told
    assert int(at) == send_at and (subject, state, verified) == ("7", "sent", 1)
    assert [{(limit["what"], limit.get("window")): limit["limit"] for limit in sending["limits"] if limit["source"] == "set"}
            for sending in limits] == [
        {("messages", "day"): 50, ("size", None): 10**6}, {("messages", "day"): 50, ("messages", "hour"): 9}]
    assert [name for name, _ in failures] == ["MR_E_INVALID", "MR_E_INVALID", "MR_E_UNSUPPORTED", "MR_E_INVALID"]
    assert "name" in failures[0][1] and "resolver" in failures[1][1] and "account" in failures[3][1]
    sent = b"".join(file.read_bytes() for name in ("cur", "new") for file in (box.outbox / name).iterdir())
    assert b"application/pdf" in sent
