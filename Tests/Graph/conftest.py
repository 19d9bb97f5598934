"""A Microsoft Graph of our own, and Microsoft's client at it."""

import pytest

from Graph.vendor import Vendor
from Servers.graph import Graph


def pytest_configure(config):
    # The vendor's client warns of its own code.
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:msgraph")


@pytest.fixture
def graph():
    with Graph() as running:
        yield running
        assert running.wrong == [], "an answer was not of its type"


@pytest.fixture
def box(graph):
    return graph.mailbox("ann@test.example")


@pytest.fixture
def vendor(graph):
    with Vendor(graph, "ann@test.example") as client:
        yield client
