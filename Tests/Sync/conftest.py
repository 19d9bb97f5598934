"""Four real mail servers and the test servers of the Gmail API and of Microsoft Graph, and the same tests against each: Dovecot with
all it can, Dovecot cut to the bare protocol, Cyrus, Courier, Gmail, Graph."""

import itertools
import pathlib

import mailroom
import pytest

from Servers import Pki, scratch
from Sync.ends import ENDS
from Sync.mailbox import Mailbox

DIST = pathlib.Path(__file__).resolve().parents[2] / "dist"
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(DIST / "lib" / "libmailroom.so.1")


@pytest.fixture(scope="session")
def pki():
    return Pki(f"{scratch()}/pki")


@pytest.fixture(scope="session", params=ENDS)
def server(request, pki):
    running = ENDS[request.param](f"{scratch()}/{request.param}", pki)
    yield running
    running.stop()


@pytest.fixture
def user():
    return f"sync{next(_numbers)}"


@pytest.fixture
def other(server, user):
    with server.client(user) as client:
        yield client


@pytest.fixture
def mailbox(server, user, other, tmp_path):
    with Mailbox(server, user, tmp_path / "crm.db") as connected:
        yield connected
