"""The library of dist-test in this process: its clocks can be moved; one Dovecot and one Postfix for the tests that ask for a site."""

import pathlib

import mailroom
import pytest

from Send import clock
from Send.ends import ENDS, SERVICES
from Servers.fixtures import room, site, store, timeouts, user  # noqa: F401 - fixtures

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(ROOT / "dist-test" / "lib" / "libmailroom.so.1")


@pytest.fixture(params=ENDS)
def end(request):
    """SMTP, Gmail, Microsoft Graph: a server of its own for each test."""
    with ENDS[request.param]() as running:
        yield running


@pytest.fixture(params=SERVICES)
def service(request):
    with SERVICES[request.param]() as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def clocks(library):
    """Each module begins and ends with clocks that are right."""
    yield
    clock.right()
