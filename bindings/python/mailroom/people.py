"""What makes it a CRM's mail: companies, contacts, the unified inbox, conversations and the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from ._records import identity
from ._table import Ref, Table, texts
from .rows import Rows

# So many contacts go into the store at once.
_CONTACTS = 2000


class People(Table):
    """Companies, contacts and conversations of an open store."""

    def put_company(self, key: str | int, **values: Any) -> int:
        """Makes a company, or changes the one with this key of the CRM's; gives its id.

        values: name, mailboxes (how many may run at once; None: no limit), domains (its own), exclude_internal. What is
        not given stays.
        """
        if "mailboxes" in values and values["mailboxes"] is None:
            values["mailboxes"] = -1
        there = self.find("company", key=key).first()
        if there is None:
            return self.put("company", key=key, **values)
        self.update("company", there, **values)
        return identity(there)

    def companies(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """The companies, with how many of their mailboxes run and wait."""
        return self.find("company", conditions, **named)

    def put_contact(
        self,
        key: str | int,
        *,
        addresses: str | Iterable[str] | None = None,
        domains: str | Iterable[str] | None = None,
        name: str | None = None,
        company: Ref | None = None,
        exact: bool | None = None,
    ) -> int:
        """Makes a contact, or changes the one with this key of the CRM's; gives its id.

        Stored mail is matched at once. Addresses and domains that are given are all it has; what is not given stays.
        """
        return self.put(
            "contact",
            key=key,
            addresses=None if addresses is None else texts(addresses),
            domains=None if domains is None else texts(domains),
            name=name,
            company=None if company is None else identity(company),
            exact=exact,
        )

    def put_contacts(self, contacts: Iterable[Mapping[str, Any]], *, company: Ref | None = None) -> int:
        """Makes or changes many, each a mapping with key, addresses, domains, name, exact; gives how many.

        They go in some thousand at a time; where one is refused, those of the pieces before it are in.
        """
        number = None if company is None else identity(company)
        rest = iter(contacts)
        count = 0
        while piece := [dict(contact) for contact in islice(rest, _CONTACTS)]:
            self.put("contacts", contacts=piece, company=number)
            count += len(piece)
        return count

    def contacts(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """The contacts, each with how much mail it has part in. address="..." finds whose that is."""
        return self.find("contact", conditions, **named)

    def inbox(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """The mail of many mailboxes as one list, the newest first.

        Conditions as for messages: contact, company, user_key, account, thread, seen, text ...; role is inbox unless it is
        given, None for every folder. limit and after=the last row are a page.
        """
        return self.find("message", conditions, **_defaults(named, conditions, role="inbox", order="-date"))

    def search(self, words: str, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """Messages with all of these words in their subject, their people or their text, the newest first."""
        return self.find("message", conditions, **_defaults({**named, "text": words}, conditions, order="-date"))

    def threads(
        self, conditions: Mapping[str, Any] | None = None, /, *, waiting: bool = False, **named: Any
    ) -> Rows:
        """Conversations, the latest first; with waiting=True those that nobody has answered, the longest waiting first."""
        if waiting:
            named = {"waiting_since__gt": 0, **_defaults(named, conditions, order="waiting_since")}
        return self.find("thread", conditions, **_defaults(named, conditions, order="-last_at"))

    def log(self, conditions: Mapping[str, Any] | None = None, /, **named: Any) -> Rows:
        """Every error with the server's words and what to do, the newest first; repeated ones are counted."""
        return self.find("log", conditions, **_defaults(named, conditions, order="-at"))


def _defaults(named: dict[str, Any], conditions: Mapping[str, Any] | None, **defaults: Any) -> dict[str, Any]:
    """The named conditions, and of the defaults those that nobody has named."""
    return {**{name: value for name, value in defaults.items() if name not in (conditions or {})}, **named}
