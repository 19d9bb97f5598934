"""Real mail servers for the tests, the demo and the benchmark: started on free ports of 127.0.0.1, below a temporary
directory, by root; and servers that misbehave on purpose."""

from .courier import Courier
from .cyrus import Cyrus
from .dovecot import PASSWORD, Dovecot
from .pki import Pki
from .postfix import Postfix
from .process import ServerError, end_on_signals, free_port, scratch, stop_everything, wait_until
from .site import Site

__all__ = [
    "PASSWORD", "Courier", "Cyrus", "Dovecot", "Pki", "Postfix", "ServerError", "Site", "end_on_signals", "free_port", "scratch",
    "stop_everything", "wait_until",
]
