"""A request and its reply."""

import json
import re
import urllib.parse

from .failure import GraphError


class Call:
    """One request, of its own or within a batch."""

    def __init__(self, service, method, target, headers, body, base, inside=False):
        self.service, self.method, self.body, self.base, self.inside = service, method, body, base, inside
        self.headers = {name.lower(): value for name, value in headers.items()}
        path, _, self.query = target.partition("?")
        self.path = path
        self.parts = {}
        prefer = self.headers.get("prefer", "")
        self.immutable = bool(re.search(r'IdType\s*=\s*"ImmutableId"', prefer, re.IGNORECASE))
        self.prefer = prefer
        self.user = None

    def page_size(self, usual, most):
        found = re.search(r"odata\.maxpagesize=(\d+)", self.prefer)
        return max(1, min(int(found[1]), most)) if found else usual

    def part(self, name):
        value = self.parts.get(name)
        return urllib.parse.unquote(value) if value is not None else None

    def json(self):
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload.")
        return value

    @property
    def mailbox(self):
        """Of the path: one's own, or one that is shared with the user."""
        who = urllib.parse.unquote(self.parts["who"])
        if who.lower() == "me" and self.user.startswith("\0"):
            raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
        address = self.user if who.lower() == "me" else who.split("/", 1)[1]
        return self.service.mailbox_for(self.user, address)


class Reply:
    def __init__(self, status, body=None, headers=None, kind="application/json"):
        self.status, self.headers, self.kind = status, dict(headers or {}), kind
        self.value = body if not isinstance(body, bytes) else None
        #: Where the connection is to break; and who is told that the answer is out.
        self.cut, self.told = None, lambda: None
        self.bytes = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
