"""One Dovecot and one Postfix for the whole run, and the shipped library in this process."""

import pathlib

import mailroom
import pytest

from Servers.fixtures import room, settings, site, store, timeouts, user  # noqa: F401 - fixtures
from Sync.client import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIST, DIST_TEST = ROOT / "dist", ROOT / "dist-test"


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(DIST / "lib" / "libmailroom.so.1")


@pytest.fixture
def other(site, user):
    """Another client at the mailbox."""
    site.dovecot.prefix, site.dovecot.separator = "", "/"
    with Client(site.dovecot, user) as client:
        yield client
