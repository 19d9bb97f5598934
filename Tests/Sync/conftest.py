"""Four real servers, and the same tests against each: Dovecot with all it can, Dovecot cut to the bare protocol,
Cyrus, Courier."""

import itertools
import pathlib

import mailroom
import pytest

from Servers import PASSWORD, Courier, Cyrus, Dovecot, Pki, scratch
from Sync.client import Client
from Sync.mailbox import Mailbox

DIST = pathlib.Path(__file__).resolve().parents[2] / "dist"
SERVERS = {
    "dovecot": lambda folder, pki: Dovecot(folder, pki),
    "dovecot-bare": lambda folder, pki: Dovecot(folder, pki, capability="IMAP4rev1"),
    "cyrus": Cyrus,
    "courier": Courier,
}
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(DIST / "lib" / "libmailroom.so.1")


@pytest.fixture(scope="session")
def pki():
    return Pki(f"{scratch()}/pki")


@pytest.fixture(scope="session", params=SERVERS)
def server(request, pki):
    running = SERVERS[request.param](f"{scratch()}/{request.param}", pki)
    running.name = request.param
    if not hasattr(running, "prefix"):
        running.prefix, running.separator = "", "/"
    yield running
    running.stop()


@pytest.fixture
def user():
    return f"sync{next(_numbers)}"


@pytest.fixture
def other(server, user):
    with Client(server, user) as client:
        yield client


@pytest.fixture
def mailbox(server, user, other, tmp_path):
    with Mailbox(server, user, tmp_path / "crm.db") as connected:
        yield connected
