"""The library of dist-test in this process: its clocks can be moved; one Dovecot and one Postfix for the tests that ask for a site."""

import itertools
import pathlib

import mailroom
import pytest

from Send import clock
from Servers import PASSWORD, Site

ROOT = pathlib.Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(ROOT / "dist-test" / "lib" / "libmailroom.so.1")


@pytest.fixture(scope="module", autouse=True)
def clocks(library):
    """Each module begins and ends with clocks that are right."""
    yield
    clock.right()


@pytest.fixture(scope="session")
def site():
    with Site() as running:
        yield running


@pytest.fixture
def user():
    """A mail user nobody else has: the part before the @."""
    return f"sender{next(_numbers)}"


@pytest.fixture
def store(tmp_path):
    return tmp_path / "crm.db"
