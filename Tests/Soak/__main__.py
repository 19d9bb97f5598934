"""Usage: python -m Soak [--kills N] [--steps N] [--messages N] [--queue N] [--seed N]: each long run in a process of its own; ends with 1 where
one failed."""

import argparse
import random
import subprocess
import sys

SERVERS = ("dovecot", "dovecot-bare", "cyrus", "courier", "gmail", "graph")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=1000, help="deaths of processes that send")
    options.add_argument("--steps", type=int, default=2000, help="steps of the random run against each server")
    options.add_argument("--messages", type=int, default=300_000, help="messages of the large mailbox")
    options.add_argument("--queue", type=int, default=50_000, help="messages of the long queue")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options = options.parse_args()
    runs = [
        ["Soak.kills", "--over", over, "--kills", str(options.kills), "--seed", str(options.seed)] for over in ("smtp", "gmail", "graph")]
    runs += [
        ["Sync.random_run", "--server", server, "--steps", str(options.steps), "--seed", str(options.seed)]
        for server in SERVERS]
    runs.append(["Soak.queue", "--messages", str(options.queue)])
    runs.append(["Soak.large", "--messages", str(options.messages)])
    runs.append(["Soak.matching", "--seed", str(options.seed)])
    failed = [run for run in runs if subprocess.run([sys.executable, "-m", *run]).returncode != 0]
    for run in failed:
        print("failed:", " ".join(run))
    print(f"{len(runs) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


sys.exit(main())
