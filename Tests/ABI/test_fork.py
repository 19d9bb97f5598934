"""Forks (docs/design.md, section 4): with an idle connection, and while other threads hold the write lock. What parent and
children wrote must be there for a third process, and in the file itself after a checkpoint."""
import shutil
import sqlite3
import subprocess
import sys

import pytest

from conftest import HERE, run

THIRD = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
import library
room = library.Library(pathlib.Path(sys.argv[2]))
engine = room.open(sys.argv[3])
print(len(room.find(engine, "company")))
room.c.mr_close(engine)
"""


@pytest.mark.parametrize("scenario", ["idle", "writing"])
def test_nothing_is_lost(program, dist, tmp_path, scenario):
    store = tmp_path / "fork.db"
    ended = run(program("fork.c", dist), scenario, store, timeout=180)
    assert ended.returncode == 0, f"ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}"
    wanted = int(ended.stdout)
    assert wanted > 100

    third = subprocess.run([sys.executable, "-c", THIRD, HERE, dist, store], stdout=subprocess.PIPE, text=True, timeout=60)
    assert third.returncode == 0 and int(third.stdout) == wanted, "a third process sees another number of rows"

    database = sqlite3.connect(store)
    busy, _, _ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0, "somebody still has the store open"
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()

    # The file alone, without what lay beside it.
    alone = tmp_path / "alone" / "fork.db"
    alone.parent.mkdir()
    shutil.copy(store, alone)
    third = subprocess.run([sys.executable, "-c", THIRD, HERE, dist, alone], stdout=subprocess.PIPE, text=True, timeout=60)
    assert third.returncode == 0 and int(third.stdout) == wanted, "after the checkpoint the file lacks rows"
