"""The types of Microsoft Graph, and whether a value is one of them."""

import base64
import binascii
import pathlib
import re

_PLAIN = {
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "Int32": lambda value: type(value) is int and -(1 << 31) <= value < 1 << 31,
    "Int64": lambda value: type(value) is int and -(1 << 63) <= value < 1 << 63,
    "DateTimeOffset": lambda value: isinstance(value, str)
    and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z", value)),
    "Guid": lambda value: isinstance(value, str) and bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)),
    "Binary": lambda value: _is_base64(value),
}


def _is_base64(value):
    try:
        base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        return False
    return True


class Type:
    def __init__(self, kind, name, base, words):
        self.kind, self.name, self.base, self.properties = kind, name, base, {}
        for word in words:
            own, _, of = word.partition(":")
            self.properties[own] = (of.rstrip("*!"), of.endswith("*"), not of.endswith("!"))


def _read():
    enums, types = {}, {}
    text = (pathlib.Path(__file__).with_name("types.txt")).read_text().replace("\n ", " ")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, words = line.partition(" =")
        kind, name, *base = head.split()
        if kind == "enum":
            enums[name] = set(words.split())
        else:
            types[name] = Type(kind, name, base[1] if base else None, words.split())
    return enums, types


ENUMS, TYPES = _read()


def properties(name):
    """{property: (type, is a collection, may be null)} of a type with what it inherits."""
    found = {}
    while name:
        found = {**TYPES[name].properties, **found}
        name = TYPES[name].base
    return found


def is_a(name, base):
    while name and name != base:
        name = TYPES[name].base
    return name == base


def wrong(name, value, where=""):
    """What is wrong with a value that is to be of a type: a list of words, empty where nothing is."""
    where = where or name
    if name in _PLAIN:
        return [] if _PLAIN[name](value) else [f"{where}: no {name}: {value!r:.80}"]
    if name in ENUMS:
        return [] if value in ENUMS[name] else [f"{where}: none of {name}: {value!r}"]
    if not isinstance(value, dict):
        return [f"{where}: no {name}: {value!r:.80}"]
    found = []
    if told := value.get("@odata.type"):
        other = told.removeprefix("#microsoft.graph.")
        if other not in TYPES or not is_a(other, name):
            return [f"{where}: {told} is no {name}"]
        name = other
    elif TYPES[name].kind == "abstract":
        return [f"{where}: {name} is abstract, and @odata.type is missing"]
    known = properties(name)
    if is_a(name, "entity") and "id" not in value:
        found.append(f"{where}: no id")
    for own, content in value.items():
        if "@" in own:
            continue
        if own not in known:
            found.append(f"{where}.{own}: {name} has no such property")
            continue
        of, many, nullable = known[own]
        if many:
            if not isinstance(content, list):
                found.append(f"{where}.{own}: no collection")
                continue
            for number, one in enumerate(content):
                found += wrong(of, one, f"{where}.{own}[{number}]")
        elif content is None:
            if not nullable:
                found.append(f"{where}.{own}: null")
        else:
            found += wrong(of, content, f"{where}.{own}")
    return found


def wrong_collection(name, value):
    """The same of a page: {"value": [...]} with links; what was removed has its id and its reason alone."""
    if not isinstance(value, dict) or not isinstance(value.get("value"), list):
        return [f"no collection of {name}"]
    found = []
    for own, content in value.items():
        if own == "value":
            continue
        if own not in ("@odata.context", "@odata.nextLink", "@odata.deltaLink", "@odata.count"):
            found.append(f"a collection has no {own}")
        elif own.endswith("Link") and not re.match(r"https?://", content):
            found.append(f"{own} is no address")
    if "@odata.nextLink" in value and "@odata.deltaLink" in value:
        found.append("a page with both links")
    for number, one in enumerate(value["value"]):
        if isinstance(one, dict) and "@removed" in one:
            if one["@removed"].get("reason") not in ("changed", "deleted") or "id" not in one:
                found.append(f"[{number}]: removed without a reason or an id")
        else:
            found += wrong(name, one, f"{name}[{number}]")
    return found


def wrong_error(value):
    """The same of an error's body."""
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), str) or not isinstance(error.get("message"), str):
        return [f"no error: {value!r:.80}"]
    return [] if set(error) <= {"code", "message", "innerError", "target", "details"} else [f"an error with {sorted(error)}"]
