"""Usage: python -m Benchmarks [--messages N] [--folders N] [--mailboxes N] [--sends N] [--rounds N] [--no-write]"""

import argparse
import datetime
import os
import pathlib
import platform
import re
import sys

from Servers import end_on_signals

from . import cold, first_sync, library, push, send, unchanged

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- measured: begin (make bench writes this part) -->", "<!-- measured: end -->"


def main():
    end_on_signals()
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--folders", type=int, default=100)
    options.add_argument("--mailboxes", type=int, default=1000)
    options.add_argument("--sends", type=int, default=5_000)
    options.add_argument("--no-write", action="store_true")
    options = options.parse_args()
    cores = os.cpu_count()
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    text = "\n\n".join([
        f"Measured {datetime.date.today()} on {platform.system()} {platform.machine()}, {cores} cores"
        + (f" ({model.group(1)})" if model else "") + ", by `make bench`.",
        first_sync.measure(ROOT, options.messages, options.rounds),
        unchanged.measure(ROOT, options.folders, 1000, options.rounds),
        push.measure(ROOT, options.mailboxes, 1000),
        send.measure(ROOT, options.sends, options.rounds),
        cold.measure(ROOT),
        library.measure(ROOT)])
    print("\n" + text)
    if not options.no_write:
        write(ROOT / "docs" / "performance.md", text)
    return 0


def write(page, text):
    old = page.read_text() if page.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    if BEGIN not in old:
        old += f"\n{BEGIN}\n{END}\n"
    before, rest = old.split(BEGIN, 1)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}")


sys.exit(main())
