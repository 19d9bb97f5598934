"""Mailroom: email sync and send, over libmailroom.

    import mailroom

    with mailroom.open("crm.db", key_file=True) as room:
        account = room.connect(address="ann@example.com", imap_host="imap.example.com", password=secret)
        room.sync(account)
        for message in room.messages(account=account, order="-date", limit=20):
            print(message.date, message.from_, message.subject)

The library is found beside this package, or where `mailroom.load` was told, or by the system's loader:
never through an environment variable. Every call gives up the interpreter's lock while it is in the
library, so other threads run on; a Room and a Job may be used from any thread, everything else by one
thread at a time.
"""

from ._library import load, loaded_from, version
from ._records import Row
from .blobs import Blob, NewBlob
from .errors import (
    AuthError,
    BusyError,
    CancelledError,
    ClosedError,
    ConnectionError,
    ExistsError,
    ForkedError,
    InternalError,
    InvalidError,
    KeyError,
    MailroomError,
    NotFoundError,
    OutageError,
    PluginError,
    ProtocolError,
    RefusedError,
    StaleError,
    StoreError,
    ThrottledError,
    TimeoutError,
    TLSError,
    UnknownOutcomeError,
    UnsupportedError,
)
from .events import Events
from .jobs import Job
from .room import Room, open
from .rows import Rows

__all__ = [
    "AuthError",
    "Blob",
    "BusyError",
    "CancelledError",
    "ClosedError",
    "ConnectionError",
    "Events",
    "ExistsError",
    "ForkedError",
    "InternalError",
    "InvalidError",
    "Job",
    "KeyError",
    "MailroomError",
    "NewBlob",
    "NotFoundError",
    "OutageError",
    "PluginError",
    "ProtocolError",
    "RefusedError",
    "Room",
    "Row",
    "Rows",
    "StaleError",
    "StoreError",
    "TLSError",
    "ThrottledError",
    "TimeoutError",
    "UnknownOutcomeError",
    "UnsupportedError",
    "load",
    "loaded_from",
    "open",
    "version",
]
