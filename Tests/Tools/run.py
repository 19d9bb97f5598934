"""make test: every stage in order, each timed; at the end the reasons of what was skipped, the names of what failed, and
one line of sums. A stage that is no test run (lint, build) counts as one. The suites with servers mostly wait: two of them run
side by side, each with ports of its own, and are printed when they end."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = str(ROOT / ".build-venv/bin/python")
SWIFT = os.environ.get("SWIFT", "swift")
AS_ROOT = ["env"] if os.getuid() == 0 else [
    "sudo", "-n", "env", f"PATH={os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE=1"]
#: The longest first: the last ones to end are short.
SUITES = ["Sync", "OAuth", "EndToEnd", "Send", "Health", "Discovery", "Bindings", "Graph", "ABI", "Servers", "Arrows"]
#: Where the servers of suites that run at the same time listen.
PORTS = ["20000-25999", "26000-31999"]


class Sums:
    def __init__(self):
        self.passed = self.failed = 0
        self.skipped, self.failures, self.times = [], [], []

    def add_junit(self, path, label):
        """False where the file has no test case."""
        try:
            cases = list(xml.etree.ElementTree.parse(path).getroot().iter("testcase"))
        except (OSError, xml.etree.ElementTree.ParseError):
            return False
        for case in cases:
            name = f"{label}: {case.get('classname')} {case.get('name')}"
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                self.failed += 1
                self.failures.append(name)
            elif skipped is not None:
                self.skipped.append(f"{name}: {skipped.get('message') or skipped.text or 'no reason given'}")
            else:
                self.passed += 1
        return bool(cases)

    def add(self, held, name):
        if held:
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append(name)


sums = Sums()
running = set()


def end(process):
    """Ends the command and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    except ProcessLookupError:
        pass


def stage(name, command, seconds, keep=False):
    """Runs a command with its output passed on; its exit status, and its output where it is to be kept."""
    print(f"\n=== {name}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if keep else None, stderr=subprocess.STDOUT if keep else None, text=True)
    running.add(process)
    try:
        output, _ = process.communicate(timeout=seconds)
        status, late = process.returncode, ""
    except subprocess.TimeoutExpired:
        end(process)
        output, _ = process.communicate()
        status, late = 124, f", not over after {seconds} s"
    running.discard(process)
    took = time.monotonic() - start
    sums.times.append((name, took))
    said = f"=== {name}: {'done' if status == 0 else f'exit status {status}'}{late}, {took:.0f} s"
    return status, output or "", said


def shown(name, command, seconds, keep=False):
    status, output, said = stage(name, command, seconds, keep)
    print(said, flush=True)
    return status, output


def build(name, command):
    """A build that gives a warning counts as failed."""
    status, output = shown(name, command, 1800, keep=True)
    warnings = sorted(set(re.findall(r"^\S.*?: warning: .*$", output, re.M)))
    if status != 0:
        print("\n".join(line for line in output.splitlines() if not line.startswith("["))[-12000:], flush=True)
    for warning in warnings:
        print(warning)
    sums.add(status == 0, name)
    sums.add(not warnings, f"{name}, without a warning")
    return status == 0


def main():
    def leave(number, _frame):
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    reports = pathlib.Path(tempfile.mkdtemp(prefix="mailroom-reports-"))
    try:
        run(reports)
    finally:
        for process in list(running):
            end(process)
        shutil.rmtree(reports, ignore_errors=True)
    print("\n=== times")
    for name, took in sums.times:
        print(f"{took:6.0f} s  {name}")
    if sums.skipped:
        print("\n=== skipped")
        print("\n".join(sums.skipped))
    if sums.failures:
        print("\n=== failed")
        print("\n".join(sums.failures))
    line = f"\n{sums.passed} passed, {sums.failed} failed"
    print(line + (f", {len(sums.skipped)} skipped" if sums.skipped else ""), flush=True)
    return 1 if sums.failed else 0


def run(reports):
    only = sys.argv[1:]
    wanted = lambda name: not only or name in only
    if wanted("lint"):
        status, _ = shown("lint", [SWIFT, "format", "lint", "-s", "-r", "Package.swift", "Sources", "Tests"], 600)
        sums.add(status == 0, "lint")
    if wanted("unit") and build("build of the rooms and their tests", [SWIFT, "build", "--build-tests"]):
        report = reports / "unit.xml"
        status, output = shown(
            "unit tests", [SWIFT, "test", "--skip-build", "--xunit-output", str(report)], 1200, keep=True)
        found = sums.add_junit(reports / "unit-swift-testing.xml", "unit")
        if status != 0 or not found:
            print(output[-12000:])
        sums.add(found and status == 0, "unit tests ran and ended well")
    if wanted("ship"):
        build("build of dist", ["make", "--no-print-directory", "dist"])
        build("build of dist-test", ["make", "--no-print-directory", "dist-test"])
    if wanted("suites"):
        missing = sorted(set(SUITES) - {path.parent.name for path in ROOT.glob("Tests/*/test_*.py")})
        sums.add(not missing, f"no tests are where they should be: {', '.join(missing)}")
        left, turn = [name for name in SUITES if name not in missing], threading.Lock()
        lanes = [threading.Thread(target=suites, args=(left, turn, ports, reports), daemon=True) for ports in PORTS]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()


def suites(left, turn, ports, reports):
    """One after the other, until none is left. A process each: a process loads one libmailroom, and not every folder tests the
    same build."""
    while True:
        with turn:
            if not left:
                return
            name = left.pop(0)
        report = reports / f"{name}.xml"
        status, output, said = stage(
            f"Tests/{name}",
            [*AS_ROOT, f"MAILROOM_PORTS={ports}", PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-ra", "--tb=short",
             f"--junitxml={report}", f"Tests/{name}"], 2400, keep=True)
        with turn:
            print(f"\n{output}{said}", flush=True)
            sums.add(sums.add_junit(report, name) and status in (0, 1), f"Tests/{name} ran to its end")


sys.exit(main())
