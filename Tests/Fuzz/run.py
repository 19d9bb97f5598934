"""make fuzz: builds the fuzzer and runs every target for its share of five minutes; fails where one finds something.

python3 Tests/Fuzz/run.py [TARGET SECONDS ...] runs others, or longer. docs/fuzzing.md."""

import glob
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build-fuzz"
CORPORA = pathlib.Path(os.environ.get("MAILROOM_CORPORA", ROOT / "../shared/corpora"))
SHARES = {
    "imap": 75, "pop3": 55, "smtp": 25, "mime": 25, "report": 15, "gmail": 35, "graph": 35, "web": 35,
}

# Where a transcript is one answer, this is said before it, so that it is an answer to something.
BEFORE = {
    "imap": b"* PREAUTH [CAPABILITY IMAP4rev1 CONDSTORE ESEARCH UIDPLUS MOVE IDLE] hi\r\n",
    "pop3": b"+OK <1.2@x>\r\n-ERR\r\n+OK\r\n+OK\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n",
    "smtp": b"220 hi\r\n250-hi\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n235 in\r\n",
}
CHOICES = {"imap": 3, "pop3": 3, "smtp": 2, "mime": 0, "report": 1}
EXTRA = {
    "imap": ["imap/transcripts/*/*.txt", "imap/replies/*/*.imap"], "pop3": ["pop3/transcripts/*/*.txt"],
    "smtp": ["smtp/transcripts/*.txt"], "mime": ["mime/*/*/*", "mime/*/*"],
    "report": ["mime/mail/multipart_report_emails/*"],
}


def build():
    archives = glob.glob(str(toolchain() / "lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-*.a"))
    if not archives:
        sys.exit("the Swift toolchain has no libFuzzer (libclang_rt.fuzzer_no_main)")
    command = [
        os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--sanitize", "address", "--product", "fuzz",
        "--scratch-path", str(FOLDER), "--disable-local-rpath"]
    subprocess.run(
        command, cwd=ROOT, check=True,
        env={**os.environ, "MAILROOM_BUILD": "fuzz", "MAILROOM_FUZZER": archives[0]})
    for target in SHARES:
        link = FOLDER / f"fuzz-{target}"
        link.unlink(missing_ok=True)
        link.symlink_to("release/fuzz")


def toolchain():
    return pathlib.Path(os.path.realpath(shutil.which(os.environ.get("SWIFT", "swift")))).parents[1]


def extra(target):
    """Seeds made of corpora that are no part of this project, where they are there."""
    folder = FOLDER / "extra" / target
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for pattern in EXTRA.get(target, []):
        for name in sorted(CORPORA.glob(pattern)):
            if not name.is_file() or name.stat().st_size > 12_000:
                continue
            said = name.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"A########", b"m1")
            (folder / str(count)).write_bytes(bytes([count % 61] * CHOICES[target]) + BEFORE.get(target, b"") + said)
            count += 1
    if count == 0 and target in EXTRA:
        print(f"{target}: no extra seeds: {CORPORA} is not there", flush=True)
    return folder


def run(target, seconds):
    """Whether it found nothing."""
    corpus, found = FOLDER / "corpus" / target, FOLDER / "found" / target
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    print(f"=== {target}: {seconds} s", flush=True)
    words = ROOT / "Tests/Fuzz/words" / target
    command = [
        str(FOLDER / f"fuzz-{target}"), f"-max_total_time={seconds}", "-timeout=25", "-rss_limit_mb=1024",
        "-max_len=16384", "-print_final_stats=1", f"-artifact_prefix={found}/",
        *([f"-dict={words}"] if words.exists() else []), str(corpus), str(ROOT / "Tests/Fuzz/corpus" / target),
        str(extra(target))]
    log = FOLDER / f"{target}.log"
    with open(log, "wb") as output:
        ended = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
    lines = log.read_text(errors="replace").splitlines()
    if ended.returncode != 0:
        print("\n".join(lines[-60:]))
        print(f"{target} found something: the input is in {found}")
        return False
    print("\n".join(line for line in lines if line.startswith(("stat::", "Done"))), flush=True)
    cover = [line for line in lines if " cov: " in line]
    print(cover[-1] if cover else "", flush=True)
    return True


def main():
    given = sys.argv[1:]
    shares = {given[at]: int(given[at + 1]) for at in range(0, len(given), 2)} or SHARES
    build()
    # All of them, also where the first one found something.
    sys.exit(0 if all([run(target, seconds) for target, seconds in shares.items()]) else 1)


main()
