"""The store and everything that is done on it."""

from __future__ import annotations

import builtins
import mimetypes
import os
import time
from collections.abc import Callable, Iterable, Mapping
from ctypes import byref, c_int64, c_void_p
from pathlib import Path
from typing import Any, Literal, overload

from . import _declarations as c
from . import errors
from ._handle import Handle
from ._library import call, encoded, made
from ._records import Row, identity, record, taken, where
from .blobs import PIECE, Blob, NewBlob
from .events import Events
from .jobs import SLICE_SECONDS, Job
from .rows import Rows

# Where an id is taken, a row that has one is taken as well.
Ref = int | Mapping[str, Any]


def open(path: str | os.PathLike[str], **options: Any) -> Room:
    """Opens a store; makes it where it is not there, unless create=False. No thread and no socket is made.

    The options are those of mr_open: work ("never", "wait" or "always"), key (32 bytes), key_file (True keeps
    the key beside the store: for one user alone), plugins (a list of directories), ca_file, and the times.
    """
    with record(options) as given:
        return Room(made("mr_open", encoded("store", path), given), os.fsdecode(path))


class Room(Handle):
    """An open store. May be used from any thread. Closed by `close()` or as a context manager."""

    _free, _what = "mr_close", "room"

    def __init__(self, pointer: c_void_p, path: str) -> None:
        super().__init__(pointer)
        self.path = path

    @property
    def _engine(self) -> c_void_p:
        return self._handle()

    def __repr__(self) -> str:
        return f"<mailroom.Room {self.path!r}{'' if self._pointer else ' closed'}>"

    # ---- the worker ----

    def start(self) -> None:
        """Syncs and sends in the background, for every process on this store."""
        call("mr_start", self._engine)

    def stop(self) -> None:
        """Lets running work end, or reach a point from which it can be resumed."""
        call("mr_stop", self._engine)

    # ---- accounts ----

    @overload
    def connect(self, *, wait: Literal[True] = True, timeout: float | None = None, **account: Any) -> Row: ...
    @overload
    def connect(self, *, wait: Literal[False], timeout: float | None = None, **account: Any) -> Job: ...
    def connect(self, *, wait: bool = True, timeout: float | None = None, **account: Any) -> Row | Job:
        """Connects a mailbox: address, provider (imap where absent), and the provider's settings and secrets.

        Gives the account once the server has let it in, or with wait=False the Job.
        """
        with record(account) as given:
            job = Job(made("mr_connect", self._engine, given))
        if not wait:
            return job
        with job:
            return self.status(job.wait(timeout)["account"])

    @overload
    def reconnect(
        self, account: Ref, *, wait: Literal[True] = True, timeout: float | None = None, **changes: Any
    ) -> Row: ...
    @overload
    def reconnect(self, account: Ref, *, wait: Literal[False], timeout: float | None = None, **changes: Any) -> Job: ...
    def reconnect(
        self, account: Ref, *, wait: bool = True, timeout: float | None = None, **changes: Any
    ) -> Row | Job:
        """Connects an account again, with changed settings or secrets where given, and lets its held mail go."""
        with record(changes) as given:
            job = Job(made("mr_reconnect", self._engine, identity(account), given))
        if not wait:
            return job
        with job:
            job.wait(timeout)
        return self.status(account)

    def disconnect(self, account: Ref, *, erase: bool = False) -> None:
        """Stops syncing and sending of it and forgets its secrets; erase removes its mail as well."""
        with record({"erase": 1} if erase else {}) as options:
            call("mr_disconnect", self._engine, identity(account), options)

    def status(self, account: Ref) -> Row:
        """The account's row: state, colour, reason, advice, counts."""
        return taken(made("mr_status", self._engine, identity(account)))

    def accounts(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        return self.find("account", conditions, **named)

    # ---- mail ----

    @overload
    def sync(
        self,
        account: Ref,
        *,
        folder: str | None = None,
        walk: bool = False,
        wait: Literal[True] = True,
        timeout: float | None = None,
        on_progress: Callable[[Row], object] | None = None,
    ) -> Row: ...
    @overload
    def sync(
        self, account: Ref, *, folder: str | None = None, walk: bool = False, wait: Literal[False]
    ) -> Job: ...
    def sync(
        self,
        account: Ref,
        *,
        folder: str | None = None,
        walk: bool = False,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Row], object] | None = None,
    ) -> Row | Job:
        """Brings the store in step with the server. Gives the counts, or with wait=False the Job.

        walk=True believes none of the server's counters and compares everything.
        """
        with record({"folder": folder, "walk": 1 if walk else None}) as options:
            job = Job(made("mr_sync", self._engine, identity(account), options))
        if not wait:
            return job
        with job:
            return job.wait(timeout, on_progress)

    def audit(
        self,
        account: Ref,
        *,
        folder: str | None = None,
        heal: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Row], object] | None = None,
    ) -> Row:
        """Compares every message of the server with the store: what is missing, extra, or has other flags."""
        with record({"folder": folder, "heal": 1 if heal else None}) as options:
            job = Job(made("mr_audit", self._engine, identity(account), options))
        with job:
            return job.wait(timeout, on_progress)

    def verify(self, account: Ref, *, folder: str | None = None, within: float = 60) -> Row:
        """Sends one message round the mailbox: how long each step took, and the likely cause where it was late."""
        job = self.check("verify", account=identity(account), folder=folder, timeout_ms=int(within * 1000))
        with job:
            return job.wait()

    def check_domain(
        self,
        domain: str | None = None,
        *,
        account: Ref | None = None,
        selectors: Iterable[str] = (),
        resolver: str | None = None,
        timeout: float = 5,
    ) -> Row:
        """MX, SPF, DKIM and DMARC of a domain, or of an account's: a list of steps, what is wrong, the record to publish.

        timeout: seconds for one answer of a name server.
        """
        job = self.check(
            "domain",
            domain=domain,
            account=None if account is None else identity(account),
            selectors=_texts(selectors) or None,
            resolver=resolver,
            timeout_ms=int(timeout * 1000),
        )
        with job:
            return job.wait()

    def find(self, kind: str, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """The rows of a kind. Conditions: name=value, or {"date.ge": 5}, or date__ge=5; order, limit, fields."""
        with record(where(conditions, named)) as query:
            return Rows(made("mr_find", self._engine, encoded("kind", kind), query))

    def get(self, kind: str, id: int) -> Row:
        return taken(made("mr_get", self._engine, encoded("kind", kind), id))

    def put(self, kind: str, /, **values: Any) -> int:
        """Adds a row and gives its id."""
        number = c_int64()
        with record(values) as given:
            call("mr_put", self._engine, encoded("kind", kind), given, byref(number))
        return number.value

    def update(self, kind: str, id: Ref, /, **values: Any) -> None:
        with record(values) as given:
            call("mr_update", self._engine, encoded("kind", kind), identity(id), given)

    def remove(self, kind: str, id: Ref) -> None:
        call("mr_remove", self._engine, encoded("kind", kind), identity(id))

    # What follows is shown at once and made on the server by a worker or the next sync. A kind is "message" or "place".

    def mark(
        self,
        row: Ref,
        *,
        seen: bool | None = None,
        flagged: bool | None = None,
        answered: bool | None = None,
        add: str | Iterable[str] = (),
        remove: str | Iterable[str] = (),
        account: Ref | None = None,
        kind: Literal["message", "place"] = "message",
    ) -> None:
        """Sets flags and keywords of a message, and takes them away."""
        self.update(
            kind,
            row,
            seen=seen,
            flagged=flagged,
            answered=answered,
            add=_texts(add) or None,
            remove=_texts(remove) or None,
            account=None if account is None else identity(account),
        )

    def move(
        self, row: Ref, folder: Ref, *, account: Ref | None = None, kind: Literal["message", "place"] = "message"
    ) -> None:
        """Moves a message to another folder of its account."""
        self.update(
            kind, row, folder=identity(folder), account=None if account is None else identity(account)
        )

    def copy(self, message: Ref, folder: Ref) -> int:
        """Gives a message one more place, in another folder of its account; gives the place's id."""
        return self.put("place", message=identity(message), folder=identity(folder))

    def delete(
        self,
        row: Ref,
        *,
        forever: bool = False,
        account: Ref | None = None,
        kind: Literal["message", "place"] = "message",
    ) -> None:
        """Moves a message to the trash, or removes it from the server for good."""
        self.update(
            kind,
            row,
            delete="forever" if forever else "trash",
            account=None if account is None else identity(account),
        )

    def draft(self, account: Ref, *, replaces: Ref | None = None, folder: Ref | None = None, **message: Any) -> int:
        """Puts a draft, or with role="sent" the copy of what was sent, into a folder; gives the message's id.

        message: as for send, with its Bcc kept; role, flags. What it replaces goes once this one is on the server.
        """
        fields = self._message(message)
        fields["account"] = identity(account)
        fields["replaces"] = None if replaces is None else identity(replaces)
        fields["folder"] = None if folder is None else identity(folder)
        return self.put("message", **fields)

    def messages(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        return self.find("message", conditions, **named)

    def folders(self, account: Ref, /, **named: Any) -> Rows:
        return self.find("folder", None, account=identity(account), **named)

    def body(self, message: Ref, part: str | None = None) -> Blob:
        """The message as it came, or one of its parts decoded, as a file."""
        number = None if part is None else encoded("part", part)
        return Blob(made("mr_blob_open", self._engine, identity(message), number))

    def new_blob(self) -> NewBlob:
        return NewBlob(made("mr_blob_new", self._engine))

    # ---- sending ----

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
        idempotency_key, send_at ... An attachment is a path, or a record with name and data, blob or path;
        what a path names goes into the store in pieces.
        """
        fields = self._message({**message, "to": to, "attachments": attachments})
        number = c_int64()
        with record(fields) as given:
            call("mr_send", self._engine, identity(account), given, byref(number))
        return number.value

    def _message(self, given: Mapping[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {name.removesuffix("_"): value for name, value in given.items()}
        for name in ("to", "cc", "bcc", "reply_to", "references", "recipients", "flags"):
            if fields.get(name) is not None:
                fields[name] = _texts(fields[name])
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
                raise errors.TimeoutError(f"send {number} has not ended", c.MR_TIMEOUT, {"code": "MR_TIMEOUT", **known})

    def failed(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """What was not sent and waits for a person: the sends that failed, bounced, or whose outcome is not known."""
        states = ["failed", "outcome_unknown", "bounced"]
        return self.find("send", {"state.in": states, **(conditions or {})}, **named)

    def recipients(self, send: Ref) -> Rows:
        return self.find("recipient", None, send=identity(send))

    def resend(
        self, send: Ref, *, to: str | Iterable[str] | None = None, accept_duplicate: bool = False
    ) -> None:
        """Sends again to those that have not accepted it yet, or to others."""
        options = {"to": None if to is None else _texts(to), "accept_duplicate": 1 if accept_duplicate else None}
        with record(options) as given:
            call("mr_resend", self._engine, identity(send), given)

    def resend_all(self, **conditions: Any) -> int:
        """Sends again what failed: account, class_, before, after. Gives how many."""
        count = c_int64()
        with record(where(None, conditions)) as given:
            call("mr_resend_all", self._engine, given, byref(count))
        return count.value

    def cancel(self, send: Ref) -> None:
        """Takes a message back that is not on the wire yet; else BusyError."""
        call("mr_cancel", self._engine, identity(send))

    # ---- results ----

    def job(self, id: int) -> Job:
        """Any process's job, by its id."""
        return Job(made("mr_job_open", self._engine, id))

    def changes(self, after: int = 0, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """The changes after this number; keep the last one's number and none is missed."""
        with record(where(conditions, named)) as query:
            return Rows(made("mr_changes", self._engine, after, query))

    def events(self) -> Events:
        return Events(made("mr_events_open", self._engine))

    # ---- providers ----

    def providers(self) -> Rows:
        return self.find("provider")

    def call(self, account: Ref, operation: str, /, **arguments: Any) -> Job:
        """An operation that only this account's provider has."""
        with record(arguments) as given:
            return Job(made("mr_call", self._engine, identity(account), encoded("operation", operation), given))

    def check(self, what: str, /, **arguments: Any) -> Job:
        """what: doctor, verify or domain."""
        with record(arguments) as given:
            return Job(made("mr_check", self._engine, encoded("what", what), given))

    def maintain(self, what: str, /, **arguments: Any) -> Job:
        """what: erase, export, backup, rekey or compact."""
        with record(arguments) as given:
            return Job(made("mr_maintain", self._engine, encoded("what", what), given))


def _texts(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
