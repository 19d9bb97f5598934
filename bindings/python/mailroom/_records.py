"""Records going in and rows coming out.

A row is read as its JSON: one call for a whole row, with the lists and records in it. What goes in is
JSON too, with bytes set beside it, since JSON has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import c_void_p
from datetime import datetime
from typing import Any

from . import errors
from ._library import call, library, made

_BYTES = (bytes, bytearray, memoryview)


class Row(dict[str, Any]):
    """One row: a dict whose fields are attributes, too.

    An attribute of a field that the row lacks is None, for absent fields are usual; `row["name"]` raises
    KeyError there. A field whose name is a word of Python takes a trailing underscore: `row.from_`.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name.removesuffix("_"))

    def __repr__(self) -> str:
        return f"Row({dict.__repr__(self)})"


def row(record: c_void_p | int | None) -> Row:
    """Copies a record; none at all reads as an empty row."""
    if not record:
        return Row()
    text = library().mr_record_json(record)
    if text is None:
        raise errors.InternalError("the library wrote no JSON for a row")
    read: Row = json.loads(text, object_hook=Row)
    return read


def taken(record: c_void_p) -> Row:
    """The same, of a record that is ours: it is freed."""
    try:
        return row(record)
    finally:
        library().mr_record_free(record)


@contextmanager
def record(values: Mapping[str, Any]) -> Iterator[c_void_p]:
    """A record made of these values, freed at the end. None leaves a field out."""
    made_record = _made(values, "")
    try:
        yield made_record
    finally:
        library().mr_record_free(made_record)


def _made(values: Mapping[str, Any], path: str) -> c_void_p:
    plain: dict[str, Any] = {}
    raw: dict[str, bytes] = {}
    records: dict[str, list[Mapping[str, Any]]] = {}
    for name, value in values.items():
        if value is None:
            continue
        if isinstance(value, _BYTES):
            raw[name] = bytes(value)
        elif isinstance(value, (list, tuple)) and any(_holds_bytes(item) for item in value):
            records[name] = list(value)
        else:
            plain[name] = _plain(value, path + name)
    result = made("mr_record_from_json", json.dumps(plain).encode())
    try:
        lib = library()
        for name, data in raw.items():
            _set(path + name, lib.mr_record_set_bytes(result, name.encode(), data, len(data)))
        for name, items in records.items():
            for index, item in enumerate(items):
                inner = _made(item, f"{path}{name}[{index}].")
                try:
                    _set(path + name, lib.mr_record_add_record(result, name.encode(), inner))
                finally:
                    lib.mr_record_free(inner)
    except BaseException:
        library().mr_record_free(result)
        raise
    return result


def _set(name: str, result: int) -> None:
    if result < 0:
        raise errors.invalid(name, "the library refused this value")


def _holds_bytes(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(item, _BYTES) for item in value.values())


def _plain(value: Any, path: str) -> Any:
    """A value as JSON takes it. A row stands for its id, so that `account=account` works; a datetime for its milliseconds."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise errors.invalid(path, "does not fit into 64 bits")
        return value
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, str):
        if "\0" in value:
            raise errors.invalid(path, "holds a NUL byte")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise errors.invalid(path, "is not Unicode text")
        return value
    if isinstance(value, Row) and "id" in value:
        return value["id"]
    if isinstance(value, Mapping):
        return {str(name): _plain(item, f"{path}.{name}") for name, item in value.items() if item is not None}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    raise errors.invalid(path, f"{type(value).__name__} is no kind of field: text, integer, bytes, list or record")


def where(conditions: Mapping[str, Any] | None, named: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as `where` takes them: `date__ge=5` is `date.ge`, and `from_` is `from`."""
    result: dict[str, Any] = dict(conditions or {})
    for name, value in named.items():
        result[name.removesuffix("_").replace("__", ".")] = value
    return result


def identity(value: int | Mapping[str, Any]) -> int:
    """An id, or the id of a row."""
    number = value.get("id") if isinstance(value, Mapping) else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise errors.invalid("id", "expected an id or a row that has one")
    return number


__all__ = ["Row", "call", "identity", "record", "row", "taken", "where"]
