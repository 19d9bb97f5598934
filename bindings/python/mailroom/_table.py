"""What every part of a room does: rows of a kind found, made, changed and removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ctypes import byref, c_int64, c_void_p
from typing import Any

from ._handle import Handle
from ._library import call, encoded, made
from ._records import Row, identity, record, taken, where
from .blobs import NewBlob
from .rows import Rows

# Where an id is taken, a row that has one is taken as well.
Ref = int | Mapping[str, Any]


class Table(Handle):
    """The rows of an open store."""

    @property
    def _engine(self) -> c_void_p:
        return self._handle()

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

    def new_blob(self) -> NewBlob:
        return NewBlob(made("mr_blob_new", self._engine))


def texts(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
