"""Sending: single messages, replies and batches, and what became of them."""

from __future__ import annotations

import builtins
import mimetypes
import os
import time
from collections.abc import Iterable, Mapping
from ctypes import byref, c_int64, c_void_p
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from . import _declarations as c
from . import errors
from ._library import call
from ._records import Row, identity, record, taken, where
from ._table import Ref, Table, texts
from .blobs import PIECE
from .jobs import SLICE_SECONDS
from .rows import Rows

# Who gets one of a batch: an address, perhaps with the values of its message.
Recipient = str | tuple[str, Mapping[str, str | int]] | Mapping[str, Any]


class Sending(Table):
    """The queue of an open store."""

    def send(
        self,
        account: Ref,
        *,
        to: str | Iterable[str] = (),
        attachments: Iterable[Mapping[str, Any] | str | os.PathLike[str]] = (),
        **message: Any,
    ) -> int:
        """Queues a message durably and gives the send's id.

        message: from_, cc, bcc, reply_to, subject, text, html, in_reply_to, references, headers, raw,
        reply_to_message, idempotency_key, send_at, priority ("high", "normal" or "low"), auto_retry ... An attachment
        is a path, or a record with name and data, blob or path; what a path names goes into the store in pieces.
        """
        fields = self._message({**message, "to": to, "attachments": attachments})
        number = c_int64()
        with record(fields) as given:
            call("mr_send", self._engine, identity(account), given, byref(number))
        return number.value

    def reply(self, message: Ref, *, account: Ref | None = None, **fields: Any) -> int:
        """Queues an answer to a stored message, from the account that has it; gives the send's id.

        fields: as for send. In-Reply-To, References, the subject and `to` come from the message unless they are given.
        """
        return self.send(0 if account is None else account, reply_to_message=identity(message), **fields)

    def batch(
        self,
        accounts: Ref | Iterable[Ref],
        recipients: Iterable[Recipient],
        *,
        name: str | None = None,
        idempotency_key: str | int | None = None,
        send_at: int | datetime | None = None,
        priority: Literal["high", "normal", "low"] | None = None,
        auto_retry: bool | None = None,
        attachments: Iterable[Mapping[str, Any] | str | os.PathLike[str]] = (),
        **message: Any,
    ) -> int:
        """Queues one message for each recipient, durably and all or none, and gives the batch's id.

        A recipient is an address, or one with the values that stand in for {{name}} in subject, text, html and header
        values: ("bob@example.com", {"name": "Bob"}). Several accounts take turns as their limits allow.
        """
        several = [accounts] if isinstance(accounts, (int, Mapping)) else list(accounts)
        fields = self._message({**message, "attachments": [self._sealed(item) for item in attachments]})
        return self.put(
            "batch",
            accounts=[identity(account) for account in several],
            recipients=[_recipient(item) for item in recipients],
            message=fields,
            name=name,
            idempotency_key=idempotency_key,
            send_at=send_at,
            priority=priority,
            auto_retry=auto_retry,
        )

    def batches(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """The batches, each with how many of its sends are in which state."""
        return self.find("batch", conditions, **named)

    def pacing(self, account: Ref, **limits: int | None) -> Row:
        """Sets limits of an account where some are given, and gives its queue with every limit that holds.

        limits: messages_minute, messages_hour, messages_day, recipients_minute, recipients_hour, recipients_day,
        recipients_message, max_size. 0 is no limit; None is what is known of the provider again.
        """
        number = identity(account)
        if limits:
            there = self.find("pacing", account=number).first()
            if there is None:
                self.put("pacing", account=number, **limits)
            else:
                self.update("pacing", there, **{name: -1 if limit is None else limit for name, limit in limits.items()})
        sending = self.get("account", number).sending
        return sending if isinstance(sending, Row) else Row()

    def cancel_batch(self, batch: Ref) -> None:
        """What has not gone yet never goes."""
        self.update("batch", batch, state="cancelled")

    def _sealed(self, given: Mapping[str, Any] | str | os.PathLike[str]) -> Mapping[str, Any]:
        """An attachment whose bytes are in the store."""
        values = self._attachment(given)
        data = values.pop("data", None)
        if data is None:
            return values
        with self.new_blob() as blob:
            blob.write(data.encode() if isinstance(data, str) else data)
            return {**values, "blob": blob.seal()}

    def _message(self, given: Mapping[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {name.removesuffix("_"): value for name, value in given.items()}
        for name in ("to", "cc", "bcc", "reply_to", "references", "recipients", "flags"):
            if fields.get(name) is not None:
                fields[name] = texts(fields[name])
        fields["attachments"] = [self._attachment(item) for item in fields.get("attachments") or ()]
        return {name: value for name, value in fields.items() if value != []}

    def _attachment(self, given: Mapping[str, Any] | str | os.PathLike[str]) -> dict[str, Any]:
        values: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {"path": given}
        path = values.pop("path", None)
        if path is None:
            return values
        name = Path(path).name
        values.setdefault("name", name)
        values.setdefault("type", mimetypes.guess_type(name)[0])
        with builtins.open(path, "rb") as source, self.new_blob() as blob:
            while piece := source.read(PIECE):
                blob.write(piece)
            values["blob"] = blob.seal()
        return values

    def send_wait(self, send: Ref, timeout: float | None = None) -> Row:
        """Waits until the send is sent, failed, or of unknown outcome, and gives its row; no failure is raised.

        Raises mailroom.TimeoutError where the time (seconds; None for ever) ran out.
        """
        number = identity(send)
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = SLICE_SECONDS if end is None else min(SLICE_SECONDS, end - time.monotonic())
            out = c_void_p()
            result = call("mr_send_wait", self._engine, number, max(0, int(left * 1000)), byref(out))
            known = taken(out)
            if result != c.MR_TIMEOUT:
                return known if "id" in known else self.get("send", number)
            if end is not None and time.monotonic() >= end:
                said = f"send {number} has not ended: it is {known.get('state', 'queued')}"
                raise errors.TimeoutError(said, c.MR_TIMEOUT, {"code": "MR_TIMEOUT", **known})

    def failed(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """What was not sent and waits for a person: the sends that failed, bounced, or whose outcome is not known."""
        states = ["failed", "outcome_unknown", "bounced"]
        return self.find("send", {"state.in": states, **(conditions or {})}, **named)

    def recipients(self, send: Ref) -> Rows:
        return self.find("recipient", None, send=identity(send))

    def waiting(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """What goes by itself: queued, or waiting for its next attempt."""
        return self.find("send", {"state.in": ["queued", "sending", "retry_wait"], **(conditions or {})}, **named)

    def attempts(self, send: Ref) -> Rows:
        """Every try at one send, with what the server said."""
        return self.find("attempt", None, send=identity(send))

    def resend(
        self,
        send: Ref,
        *,
        to: str | Iterable[str] | None = None,
        message: Mapping[str, Any] | None = None,
        accept_duplicate: bool = False,
    ) -> None:
        """Sends again to those that have not accepted it yet, or to others; with other content where `message` has it."""
        options: dict[str, Any] = {
            "to": None if to is None else texts(to),
            "accept_duplicate": 1 if accept_duplicate else None,
        }
        if message is not None:
            sealed = [self._sealed(item) for item in message.get("attachments") or ()]
            options["message"] = self._message({**message, "attachments": sealed})
        with record(options) as given:
            call("mr_resend", self._engine, identity(send), given)

    def resend_all(self, **conditions: Any) -> int:
        """Sends again what failed: account, class_, batch, before, after. Gives how many."""
        count = c_int64()
        with record(where(None, conditions)) as given:
            call("mr_resend_all", self._engine, given, byref(count))
        return count.value

    def cancel(self, send: Ref) -> None:
        """Takes a message back that has not gone yet; BusyError while it is on the wire, InvalidError where it has ended."""
        call("mr_cancel", self._engine, identity(send))


def _recipient(given: Recipient) -> Mapping[str, Any]:
    if isinstance(given, str):
        return {"to": given}
    if isinstance(given, tuple):
        return {"to": given[0], "values": given[1]}
    return given
