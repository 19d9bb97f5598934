"""What the library refuses, as exceptions: one class a result, all of them MailroomError."""

from __future__ import annotations

import builtins
from typing import Any

from . import _declarations as c


class MailroomError(Exception):
    """A failure as the library tells it.

    `str(error)` is one impersonal line. `result` is the number of mailroom_result.h and `code` its name;
    `class_` the class for the CRM (auth, connection, sending_limit ...), `advice` what a person does next,
    one step a line, `server_text` the server's own words. `fields` holds everything that was given.
    """

    def __init__(self, message: str, result: int = c.MR_E_INTERNAL, fields: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.result = result
        self.fields: dict[str, Any] = fields or {}

    @property
    def code(self) -> str:
        return self.fields.get("code") or c.RESULT_NAMES.get(self.result, str(self.result))

    @property
    def class_(self) -> str | None:
        return self.fields.get("class")

    @property
    def cause(self) -> str | None:
        return self.fields.get("cause")

    @property
    def advice(self) -> str | None:
        return self.fields.get("advice")

    @property
    def server_text(self) -> str | None:
        return self.fields.get("server_text")

    @property
    def field(self) -> str | None:
        """The field that was wrong, of an InvalidError."""
        return self.fields.get("field")

    @property
    def retry_after_ms(self) -> int | None:
        return self.fields.get("retry_after_ms")

    @property
    def provider(self) -> str | None:
        return self.fields.get("provider")

    @property
    def account(self) -> int | None:
        return self.fields.get("account")


class InternalError(MailroomError):
    """MR_E_INTERNAL"""


class InvalidError(MailroomError, ValueError):
    """MR_E_INVALID: bad input; nothing was changed, and `field` names what was wrong."""


class NotFoundError(MailroomError, LookupError):
    """MR_E_NOT_FOUND"""


class ExistsError(MailroomError):
    """MR_E_EXISTS"""


class ClosedError(MailroomError):
    """MR_E_CLOSED, and every use of a handle of this package after its close."""


class ForkedError(MailroomError):
    """MR_E_FORKED: the handle was made before a fork; open anew in the child."""


class BusyError(MailroomError):
    """MR_E_BUSY"""


class CancelledError(MailroomError):
    """MR_E_CANCELLED"""


class UnsupportedError(MailroomError):
    """MR_E_UNSUPPORTED"""


class StoreError(MailroomError):
    """MR_E_STORE"""


class PluginError(MailroomError):
    """MR_E_PLUGIN"""


class KeyError(MailroomError):
    """MR_E_KEY: the key is missing, or is not the store's."""


class ConnectionError(MailroomError, builtins.ConnectionError):
    """MR_E_CONNECTION: could not reach it, or it hung up."""


class TLSError(MailroomError):
    """MR_E_TLS"""


class AuthError(MailroomError):
    """MR_E_AUTH: credentials refused."""


class ThrottledError(MailroomError):
    """MR_E_THROTTLED: too fast; `retry_after_ms` says when."""


class OutageError(MailroomError):
    """MR_E_OUTAGE: the server says that it is unwell."""


class RefusedError(MailroomError):
    """MR_E_REFUSED: the server says no, and would say it again."""


class ProtocolError(MailroomError):
    """MR_E_PROTOCOL"""


class StaleError(MailroomError):
    """MR_E_STALE: changes from before what the feed keeps, or a sync cursor that is no longer valid."""


class UnknownOutcomeError(MailroomError):
    """MR_E_UNKNOWN_OUTCOME: a send may or may not have been accepted."""


class TimeoutError(MailroomError, builtins.TimeoutError):
    """MR_TIMEOUT: the time given for waiting ran out. The work itself goes on where a worker runs.

    `fields` holds what is known: `state`, and `worker_seen_at` unless no worker ever ran.
    """

    @property
    def worker_seen_at(self) -> int | None:
        return self.fields.get("worker_seen_at")


CLASSES: dict[int, type[MailroomError]] = {
    c.MR_E_INTERNAL: InternalError,
    c.MR_E_INVALID: InvalidError,
    c.MR_E_NOT_FOUND: NotFoundError,
    c.MR_E_EXISTS: ExistsError,
    c.MR_E_CLOSED: ClosedError,
    c.MR_E_FORKED: ForkedError,
    c.MR_E_BUSY: BusyError,
    c.MR_E_CANCELLED: CancelledError,
    c.MR_E_UNSUPPORTED: UnsupportedError,
    c.MR_E_STORE: StoreError,
    c.MR_E_PLUGIN: PluginError,
    c.MR_E_KEY: KeyError,
    c.MR_E_CONNECTION: ConnectionError,
    c.MR_E_TLS: TLSError,
    c.MR_E_AUTH: AuthError,
    c.MR_E_THROTTLED: ThrottledError,
    c.MR_E_OUTAGE: OutageError,
    c.MR_E_REFUSED: RefusedError,
    c.MR_E_PROTOCOL: ProtocolError,
    c.MR_E_STALE: StaleError,
    c.MR_E_UNKNOWN_OUTCOME: UnknownOutcomeError,
}


def make(message: str, result: int, fields: dict[str, Any]) -> MailroomError:
    return CLASSES.get(result, MailroomError)(message, result, fields)


def invalid(field: str, reason: str) -> InvalidError:
    said = f"{field}: {reason}"
    return InvalidError(said, c.MR_E_INVALID, {"code": "MR_E_INVALID", "message": said, "field": field})


def closed(what: str) -> ClosedError:
    return ClosedError(f"this {what} is closed", c.MR_E_CLOSED, {"code": "MR_E_CLOSED"})
