"""The store and everything that is done on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from ctypes import c_void_p
from typing import Any, Literal, overload

from ._library import call, encoded, made
from ._records import Row, identity, record, taken, where
from ._table import Ref, texts
from .blobs import Blob
from .events import Events
from .jobs import Job
from .people import People
from .rows import Rows
from .sending import Sending

def open(path: str | os.PathLike[str], **options: Any) -> Room:
    """Opens a store; makes it where it is not there, unless create=False. No thread and no socket is made.

    The options are those of mr_open: work ("never", "wait" or "always"), key (32 bytes), key_file (True keeps
    the key beside the store: for one user alone), plugins (a list of directories), ca_file, and the times.
    """
    with record(options) as given:
        return Room(made("mr_open", encoded("store", path), given), os.fsdecode(path))


class Room(Sending, People):
    """An open store. May be used from any thread. Closed by `close()` or as a context manager."""

    _free, _what = "mr_close", "room"

    def __init__(self, pointer: c_void_p, path: str) -> None:
        super().__init__(pointer)
        self.path = path

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

    def discover(self, address: str, *, timeout: float | None = None) -> Row:
        """Finds the settings for an address: `connect` in what it gives is ready for connect(), but for the secret.

        Where nothing was found or proved, `ok` is 0 and `reason` says why.
        """
        with Job(made("mr_discover", self._engine, encoded("address", address))) as job:
            return job.wait(timeout)

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

    def authorize(self, account: Ref | None = None, **request: Any) -> Row:
        """Begins an OAuth authorization: `url` to open and `state`, which come back with the `code`; then connect with both.

        address, provider, client_id, redirect_uri ...; with device=True instead `user_code` and `verification_uri` to show,
        and connect with the state alone. With an account: its settings; revoke=True takes its access away.
        """
        given = {name: 1 if value is True else value for name, value in request.items()}
        given["account"] = None if account is None else identity(account)
        with record(given) as fields:
            return taken(made("mr_authorize", self._engine, fields))

    def put_token(self, account: Ref, access_token: str, *, expires_at: int | None = None) -> None:
        """Hands in an access token from a token service of one's own (auth="external"); expires_at in milliseconds."""
        with record({"access_token": access_token, "expires_at": expires_at}) as token:
            call("mr_token_put", self._engine, identity(account), token)

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

    def doctor(
        self,
        account: Ref,
        *,
        send: bool = False,
        resolver: str | None = None,
        timeout: float = 120,
        on_progress: Callable[[Row], object] | None = None,
    ) -> Row:
        """Looks into a mailbox step by step: `ok`, the `steps`, and at the first failure the `cause` with its `advice`.

        send=True also sends a message to the account's own address and waits for it.
        """
        job = self.check(
            "doctor",
            account=identity(account),
            send=1 if send else None,
            resolver=resolver,
            timeout_ms=int(timeout * 1000),
        )
        with job:
            return job.wait(None, on_progress)

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
            selectors=texts(selectors) or None,
            resolver=resolver,
            timeout_ms=int(timeout * 1000),
        )
        with job:
            return job.wait()

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
            add=texts(add) or None,
            remove=texts(remove) or None,
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
