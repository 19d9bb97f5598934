"""A short random run with two sides against each server; `make soak` does thousands of steps."""

import os

import pytest

from Sync.random_run import RandomRun

SEED = int(os.environ.get("MAILROOM_SEED", "1"))


@pytest.mark.limit(600)
def test_two_sides(server, user, tmp_path):
    print(f"seed {SEED}")
    with RandomRun(server, user, tmp_path, SEED, log=print) as run:
        run.run(150, check_every=50)
        assert run.counts.get("our_sync", 0) > 5
