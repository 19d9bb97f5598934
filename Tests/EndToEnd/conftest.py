"""One Dovecot and one Postfix for the whole run, and the shipped library in this process."""

import pathlib

import mailroom
import pytest

from Servers.fixtures import room, settings, site, store, user  # noqa: F401 - fixtures

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIST, DIST_TEST = ROOT / "dist", ROOT / "dist-test"


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(DIST / "lib" / "libmailroom.so.1")
