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
    return f"well{next(_numbers)}"


@pytest.fixture
def store(tmp_path):
    return tmp_path / "crm.db"


@pytest.fixture
def room(store, site):
    with mailroom.open(
        store, key_file=True, ca_file=site.ca, connect_timeout_ms=3000, io_timeout_ms=3000
    ) as opened:
        yield opened


@pytest.fixture
def settings(site):
    """settings(user, ...): the fields that connect this user to the site, with others put over them."""

    def fields(user, **others):
        given = {
            "address": f"{user}@test.example", "password": PASSWORD,
            "imap_host": "127.0.0.1", "imap_port": str(site.dovecot.imap), "imap_tls": "starttls",
            "smtp_host": "127.0.0.1", "smtp_port": str(site.postfix.submission), "smtp_tls": "starttls",
        }
        given.update(others)
        return {name: value for name, value in given.items() if value is not None}

    return fields
