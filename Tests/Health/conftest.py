"""As for sending: the library of dist-test in this process, one Dovecot and one Postfix for the tests that ask for a site."""

from Send.conftest import clocks, library  # noqa: F401 - fixtures
from Servers.fixtures import room, settings, site, store, timeouts, user  # noqa: F401 - fixtures
