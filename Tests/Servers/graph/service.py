"""What the service does with a request: which function has which path, and what type its answer has."""

import re
import threading
import time
import urllib.parse
import uuid

from . import batch, folders, messages, sending, subscriptions, uploads, users
from .call import Reply
from .failure import GraphError
from .faults import Cut, Faults
from .mailbox import Mailbox
from .quota import Quota
from .types import wrong, wrong_collection, wrong_error

_M = "/(?P<who>me|users/[^/]+)"
#: Method, path, function, and the type of the answer: NAME, NAME* for a page, or None.
ROUTES = [(method, re.compile(path, re.IGNORECASE), function, answer) for method, path, function, answer in (
    ("GET", _M + "/mailFolders", folders.listed, "mailFolder*"),
    ("POST", _M + "/mailFolders", folders.created, "mailFolder"),
    ("GET", _M + "/mailFolders/delta(?:\\(\\))?", folders.changes, "mailFolder*"),
    ("GET", _M + "/mailFolders/(?P<folder>[^/]+)", folders.got, "mailFolder"),
    ("PATCH", _M + "/mailFolders/(?P<folder>[^/]+)", folders.changed, "mailFolder"),
    ("DELETE", _M + "/mailFolders/(?P<folder>[^/]+)", folders.deleted, None),
    ("POST", _M + "/mailFolders/(?P<folder>[^/]+)/move", folders.moved, "mailFolder"),
    ("GET", _M + "/mailFolders/(?P<folder>[^/]+)/childFolders", folders.listed, "mailFolder*"),
    ("POST", _M + "/mailFolders/(?P<folder>[^/]+)/childFolders", folders.created, "mailFolder"),
    ("GET", _M + "/mailFolders/(?P<folder>[^/]+)/messages/delta(?:\\(\\))?", messages.changes, "message*"),
    ("GET", _M + "(?:/mailFolders/(?P<folder>[^/]+))?/messages", messages.listed, "message*"),
    ("POST", _M + "(?:/mailFolders/(?P<folder>[^/]+))?/messages", messages.created, "message"),
    ("GET", _M + "(?:/mailFolders/(?P<folder>[^/]+))?/messages/(?P<message>[^/]+)", messages.got, "message"),
    ("PATCH", _M + "(?:/mailFolders/(?P<folder>[^/]+))?/messages/(?P<message>[^/]+)", messages.changed, "message"),
    ("DELETE", _M + "(?:/mailFolders/(?P<folder>[^/]+))?/messages/(?P<message>[^/]+)", messages.deleted, None),
    ("GET", _M + "/messages/(?P<message>[^/]+)/\\$value", messages.mime, None),
    ("POST", _M + "/messages/(?P<message>[^/]+)/move", messages.moved, "message"),
    ("POST", _M + "/messages/(?P<message>[^/]+)/copy", messages.copied, "message"),
    ("POST", _M + "/messages/(?P<message>[^/]+)/permanentDelete", messages.deleted, None),
    ("POST", _M + "/messages/(?P<message>[^/]+)/send", sending.draft_sent, None),
    ("GET", _M + "/messages/(?P<message>[^/]+)/attachments", uploads.listed, "attachment*"),
    ("POST", _M + "/messages/(?P<message>[^/]+)/attachments", uploads.added, "attachment"),
    ("POST", _M + "/messages/(?P<message>[^/]+)/attachments/createUploadSession", uploads.begun, "uploadSession"),
    ("POST", _M + "/sendMail", sending.sent, None),
    ("GET", "/me", users.got, "user"),
    ("GET", "/subscriptions", subscriptions.listed, "subscription*"),
    ("POST", "/subscriptions", subscriptions.created, "subscription"),
    ("GET", "/subscriptions/(?P<subscription>[^/]+)", subscriptions.got, "subscription"),
    ("PATCH", "/subscriptions/(?P<subscription>[^/]+)", subscriptions.renewed, "subscription"),
    ("DELETE", "/subscriptions/(?P<subscription>[^/]+)", subscriptions.deleted, None),
    ("POST", "/subscriptions/(?P<subscription>[^/]+)/reauthorize", subscriptions.reauthorized, None),
)]
#: Who has a token of an application's own: no user, and so without /me.
APPLICATION = "\0application"
_PREFIX = "/v1.0"
_MOST_AT_ONCE = 4


class Service:
    """Mailboxes by address. `who` names the user of a token, `APPLICATION`, or None; `faults` is told what is to go wrong;
    `wrong` has what no answer should have been. Tokens are token-ADDRESS, and those that /token gives to an application."""

    def __init__(self, who=None, clock=time.time):
        self.quota = Quota(clock)
        self.who = who or self._whose
        self.faults, self.wrong, self.counts = Faults(), [], {}
        self.mailboxes, self.shared, self.subscriptions, self.uploads = {}, set(), {}, {}
        #: Those that the application was given, for its secret; how many requests have come, whatever for.
        self.tokens, self.secret, self.arrived = set(), "secret", 0
        #: Whether tokens reach the user's own record (User.Read); further addresses of a user's mailbox.
        self.tells_user, self.aliases = True, {}
        self.outgoing, self.expired_code, self.validates = [], "syncStateNotFound", True
        #: Told of each message that is offered, taken and answered: the stage, the mailbox, the recipients, the MIME. What it gives
        #: for one that is offered goes wrong: a `GraphError`, or a `Cut`.
        self.watch = lambda stage, address, to, mime: None
        self.most_at_once = 0
        self._busy, self._lock = {}, threading.Lock()

    def _whose(self, token):
        if token in self.tokens:
            return APPLICATION
        return token.removeprefix("token-") if token.startswith("token-") else None

    def mailbox(self, address):
        with self._lock:
            address = address.lower()
            if address not in self.mailboxes:
                self.mailboxes[address] = Mailbox(address)
            return self.mailboxes[address]

    def mailbox_for(self, user, address):
        address = address.lower()
        if user == APPLICATION:
            if address not in self.mailboxes:
                raise GraphError(404, "ErrorInvalidUser", f"The requested user '{address}' is invalid.")
        elif address != user and (user, address) not in self.shared:
            if address in self.mailboxes:
                raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{address}' is invalid.")
        return self.mailbox(address)

    def answer(self, call):
        """The reply to a request, whatever happens."""
        with self._lock:
            self.arrived += 1
        try:
            reply = self._answered(call)
        except GraphError as error:
            reply = Reply(error.status, {"error": {
                "code": error.code, "message": error.message, "innerError": {
                    "date": "2026-01-01T00:00:00", "request-id": "00000000-0000-0000-0000-000000000000",
                    "client-request-id": "00000000-0000-0000-0000-000000000000"}}}, error.headers)
        if reply.status >= 400 and reply.value is not None and call.path != "/token":
            self.wrong += [f"{call.method} {call.path}: {one}" for one in wrong_error(reply.value)]
        return reply

    def _answered(self, call):
        if not call.path.startswith(_PREFIX + "/"):
            if call.path.startswith("/upload/"):
                return uploads.put(call)
            if call.path == "/token" and call.method == "POST":
                return self._token(call)
            raise GraphError(400, "BadRequest", "Invalid version")
        call.user = self._user(call)
        self._count(call)
        self.faults.meet(call)
        path = call.path[len(_PREFIX):]
        if path.lower() == "/$batch" and call.method == "POST":
            return batch.answered(call)
        with self._turn(call):
            for method, pattern, function, answer in ROUTES:
                found = pattern.fullmatch(path)
                if found and method == call.method:
                    call.parts = found.groupdict()
                    return self._checked(call, self._done(call, function), answer)
        raise GraphError(400, "BadRequest", f"Resource not found for the segment '{path.rsplit('/', 1)[-1]}'.")

    def _done(self, call, function):
        result = function(call)
        reply = result if isinstance(result, Reply) else Reply(200, result)
        problem = self.faults.after(call)
        if isinstance(problem, Cut):
            reply.cut = problem
        return reply

    def _checked(self, call, reply, answer):
        if reply.value is not None:
            found = wrong_collection(answer[:-1], reply.value) if answer and answer.endswith("*") else (
                wrong(answer, reply.value) if answer else ["an answer that is to be empty"])
            self.wrong += [f"{call.method} {call.path}: {one}" for one in found]
        elif answer:
            self.wrong.append(f"{call.method} {call.path}: no answer")
        return reply

    def _user(self, call):
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        user = self.who(token) if kind.lower() == "bearer" and token else None
        if user is None:
            raise GraphError(
                401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.",
                {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'})
        return user.lower()

    def _token(self, call):
        """Client credentials (RFC 6749, section 4.4): the application's own token, good for every mailbox."""
        given = urllib.parse.parse_qs(call.body.decode())
        if given.get("grant_type") != ["client_credentials"] or given.get("client_secret") != [self.secret]:
            return Reply(400, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."})
        token = f"application-{len(self.tokens)}-{uuid.uuid4().hex}"
        self.tokens.add(token)
        return Reply(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _count(self, call):
        with self._lock:
            name = f"{call.method} {re.sub(r'(?<=/)[A-Za-z0-9_%=-]{24,}', '*', call.path[len(_PREFIX):])}"
            self.counts[name] = self.counts.get(name, 0) + 1

    def _turn(self, call):
        found = re.match(r"/v1.0/users/([^/]+)", call.path)
        whose = (call.user, found[1] if found else "me")
        self.quota.spend(whose, len(call.body) if call.method in ("POST", "PUT") else 0)
        return _Turn(self, whose, call.inside)

    def enter(self, user):
        with self._lock:
            self._busy[user] = self._busy.get(user, 0) + 1
            self.most_at_once = max(self.most_at_once, self._busy[user])
            if self._busy[user] > _MOST_AT_ONCE:
                self._busy[user] -= 1
                raise GraphError(
                    429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", {"Retry-After": "1"})

    def leave(self, user):
        with self._lock:
            self._busy[user] -= 1


class _Turn:
    def __init__(self, service, user, inside):
        self.service, self.user, self.inside = service, user, inside

    def __enter__(self):
        if not self.inside:
            self.service.enter(self.user)

    def __exit__(self, *_):
        if not self.inside:
            self.service.leave(self.user)
