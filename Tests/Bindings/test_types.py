"""The Python package says the types of all that it has, and they hold."""

import subprocess
import sys

from .conftest import ROOT


def test_the_types_hold(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, "mailroom"],
        cwd=ROOT / "bindings" / "python", capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
