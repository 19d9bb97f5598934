"""Usage: python -m Benchmarks [--messages N] [--folders N] [--mailboxes N] [--sends N] [--rounds N] [--only NAME]... [--no-write]"""

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


NAMES = ("first_sync", "unchanged", "push", "send", "cold", "library")


def main():
    end_on_signals()
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--folders", type=int, default=100)
    options.add_argument("--mailboxes", type=int, default=1000)
    options.add_argument("--sends", type=int, default=5_000)
    options.add_argument("--only", action="append", choices=NAMES, help="measure this alone; the page keeps the others")
    options.add_argument("--no-write", action="store_true")
    options = options.parse_args()
    measures = {
        "first_sync": lambda: first_sync.measure(ROOT, options.messages, options.rounds),
        "unchanged": lambda: unchanged.measure(ROOT, options.folders, 1000, options.rounds),
        "push": lambda: push.measure(ROOT, options.mailboxes, 1000),
        "send": lambda: send.measure(ROOT, options.sends, options.rounds),
        "cold": lambda: cold.measure(ROOT),
        "library": lambda: library.measure(ROOT)}
    cores = os.cpu_count()
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    head = (
        f"Measured {datetime.date.today()} on {platform.system()} {platform.machine()}, {cores} cores"
        + (f" ({model.group(1)})" if model else "") + ", by `make bench`.")
    made = [measures[name]().strip() for name in options.only or NAMES]
    print("\n" + "\n\n".join(made))
    if not options.no_write:
        write(ROOT / "docs" / "performance.md", head, made, whole=not options.only)
    return 0


def write(page, head, made, whole):
    old = page.read_text() if page.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    if BEGIN not in old:
        old += f"\n{BEGIN}\n{END}\n"
    before, rest = old.split(BEGIN, 1)
    block, after = rest.split(END, 1)
    sections = [head, *made] if whole else replaced(block, made)
    text = "\n\n".join(sections)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def replaced(block, made):
    """The sections of the page, those measured anew in the place of what has the same heading, else at the end."""
    sections = [part.strip() for part in re.split(r"^(?=## )", block, flags=re.M)]
    for text in made:
        heading = text.split("\n", 1)[0]
        places = [at for at, section in enumerate(sections) if section.split("\n", 1)[0] == heading]
        if places:
            sections[places[0]] = text
        else:
            sections.append(text)
    return sections


sys.exit(main())
