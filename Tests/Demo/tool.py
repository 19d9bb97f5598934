"""The tool as a person uses it: every command line is printed with its output; facts are read again with --json."""

import json
import os
import shlex
import subprocess
import time


class Tool:
    """dist/bin/mailroom with one store; `failures` collects what was not as it should be."""

    def __init__(self, program, store, folder):
        self.program, self.store, self.folder = program, store, folder
        self.checks = 0
        self.failures = []
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": folder, "LC_ALL": "C.UTF-8"}

    def run(self, *words, password=None, expected=0, quiet=False):
        """Runs `mailroom --store FILE words...`, prints both, and holds the exit status against `expected`."""
        command = [self.program, "--store", self.store, *words]
        if not quiet:
            given = "echo %s | " % ("'********'" if password else "") if password else ""
            print(f"\n\033[1m$ {given}mailroom --store {os.path.basename(self.store)} {shlex.join(words)}\033[0m", flush=True)
        start = time.monotonic()
        try:
            done = subprocess.run(
                command, input=(password + "\n").encode() if password else b"", stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if not quiet else subprocess.PIPE, timeout=60, cwd=self.folder,
                env=self.environment)
        except subprocess.TimeoutExpired as late:
            self.check(False, f"{words[0]} ended within 60 s; it had printed {late.stdout!r}")
            return ""
        output = done.stdout.decode(errors="replace")
        if not quiet:
            print(output.rstrip("\n"))
            print(f"\033[2m(exit status {done.returncode}, {time.monotonic() - start:.2f} s)\033[0m", flush=True)
        self.check(done.returncode == expected, f"{words[0]}: exit status {done.returncode}, expected {expected}")
        return output

    def ask(self, *words):
        """The same with --json, not printed: the parsed answer."""
        output = self.run(*words, "--json", quiet=True)
        try:
            return json.loads(output)
        except ValueError:
            self.check(False, f"{' '.join(words)} --json printed JSON")
            return {}

    def check(self, condition, what):
        """What a step claims. The demonstration goes on, and its exit status tells."""
        self.checks += 1
        if not condition:
            self.failures.append(what)
            print(f"\033[31m  NOT AS SAID: {what}\033[0m", flush=True)
        return condition
