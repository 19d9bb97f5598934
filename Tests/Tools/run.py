"""make test: every stage in order, each timed; at the end the reasons of what was skipped, the names of what failed, and
one line of sums. A stage that is no test run (lint, build) counts as one."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = str(ROOT / ".build-venv/bin/python")
SWIFT = os.environ.get("SWIFT", "swift")
AS_ROOT = [] if os.getuid() == 0 else [
    "sudo", "-n", "env", f"PATH={os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE=1"]


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


def stage(name, command, seconds, keep=False):
    """Runs a command with its output passed on; its exit status, and its output where it is to be kept."""
    print(f"\n=== {name}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if keep else None, stderr=subprocess.STDOUT if keep else None, text=True)
    output = ""
    try:
        output, _ = process.communicate(timeout=seconds)
        status = process.returncode
    except (subprocess.TimeoutExpired, KeyboardInterrupt, SystemExit) as end:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if not isinstance(end, subprocess.TimeoutExpired):
            raise
        print(f"{name}: not over after {seconds} s", flush=True)
        status = 124
    took = time.monotonic() - start
    sums.times.append((name, took))
    print(f"=== {name}: {'done' if status == 0 else f'exit status {status}'}, {took:.0f} s", flush=True)
    return status, output or ""


def build(name, command):
    """A build that gives a warning counts as failed."""
    status, output = stage(name, command, 1800, keep=True)
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
        status, _ = stage("lint", [SWIFT, "format", "lint", "-s", "-r", "Package.swift", "Sources", "Tests"], 600)
        sums.add(status == 0, "lint")
    if wanted("unit") and build("build of the rooms and their tests", [SWIFT, "build", "--build-tests"]):
        report = reports / "unit.xml"
        status, output = stage(
            "unit tests", [SWIFT, "test", "--skip-build", "--xunit-output", str(report)], 1200, keep=True)
        found = sums.add_junit(reports / "unit-swift-testing.xml", "unit")
        if status != 0 or not found:
            print(output[-12000:])
        sums.add(found and status == 0, "unit tests ran and ended well")
    if wanted("ship"):
        build("build of dist", ["make", "--no-print-directory", "dist"])
        build("build of dist-test", ["make", "--no-print-directory", "dist-test"])
    if wanted("suites"):
        # A process each: a process loads one libmailroom, and not every folder tests the same build.
        for name in (
            "Arrows", "Servers", "ABI", "Bindings", "EndToEnd", "Send", "Sync", "Health", "Discovery", "OAuth", "Graph"):
            if not (ROOT / "Tests" / name).is_dir():
                continue
            report = reports / f"{name}.xml"
            status, _ = stage(
                f"Tests/{name}",
                [*AS_ROOT, PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-ra",
                 "--tb=short", f"--junitxml={report}", f"Tests/{name}"], 2400)
            sums.add(sums.add_junit(report, name) and status in (0, 1), f"Tests/{name} ran to its end")


sys.exit(main())
