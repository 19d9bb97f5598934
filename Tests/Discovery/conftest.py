"""The shipped library in this process, and certificates."""

import pathlib

import mailroom
import pytest

from Servers import Pki, scratch

DIST = pathlib.Path(__file__).resolve().parents[2] / "dist"


@pytest.fixture(scope="session", autouse=True)
def library():
    mailroom.load(DIST / "lib" / "libmailroom.so.1")


@pytest.fixture(scope="session")
def pki():
    return Pki(f"{scratch()}/pki")


@pytest.fixture(scope="session")
def certificate(pki):
    """Good for the hosts of example.test and of one that is elsewhere."""
    hosts = ["imap", "mail", "pop", "pop3", "smtp", "autoconfig", "autodiscover"]
    return pki.named(
        "example", ["example.test", *(f"{host}.example.test" for host in hosts), "mail.hoster.test", "imap.hoster.test"])


@pytest.fixture
def store(tmp_path):
    return tmp_path / "crm.db"
