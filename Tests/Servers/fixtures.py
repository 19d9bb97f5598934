"""What tests with one Dovecot and one Postfix ask for: a suite's conftest.py imports those that it wants."""

import itertools

import mailroom
import pytest

from .dovecot import PASSWORD
from .site import Site

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def site():
    with Site() as running:
        yield running


@pytest.fixture
def user():
    """A mail user nobody else has: the part before the @."""
    return f"user{next(_numbers)}"


@pytest.fixture
def store(tmp_path):
    return tmp_path / "crm.db"


@pytest.fixture
def timeouts():
    """How long the room of a test waits for servers; a module whose servers are slow has its own."""
    return {"connect_timeout_ms": 3000, "io_timeout_ms": 3000}


@pytest.fixture
def room(store, site, timeouts):
    with mailroom.open(store, key_file=True, ca_file=site.ca, **timeouts) as opened:
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
