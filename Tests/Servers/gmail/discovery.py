"""What Gmail's discovery document says: the methods, their parameters, scopes and schemas. The server finds its way by it, and holds
each of its answers against it. The document comes with google-api-python-client."""

import functools
import importlib.util
import json
import pathlib
import re
import urllib.parse

_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
_FORMATS = {
    "uint64": r"\d{1,20}", "int64": r"-?\d{1,19}", "byte": r"[A-Za-z0-9_-]*={0,2}"}


class NotInDocument(Exception):
    """An answer, or a request, is not what the document describes."""


class Method:
    """One method. `upload`: its addresses below /upload, and the largest message that it takes."""

    def __init__(self, document, description):
        self.id = description["id"].removeprefix("gmail.users.")
        self.verb = description["httpMethod"]
        self.scopes = set(description["scopes"])
        self.request = description.get("request", {}).get("$ref")
        self.response = description.get("response", {}).get("$ref")
        self.parameters = description.get("parameters", {})
        self.paths = [(self._pattern("/" + description["path"]), None)]
        media = description.get("mediaUpload")
        self.largest = int(media["maxSize"]) if media else 0
        for protocol in (media or {}).get("protocols", {}):
            self.paths.append((self._pattern(media["protocols"][protocol]["path"]), protocol))

    @staticmethod
    def _pattern(path):
        return re.compile(re.sub(r"\\?\{(\w+)\\?\}", r"(?P<\1>[^/:]+)", path.replace(".", r"\.")))

    def query(self, given, common):
        """The parameters of a query (a list of pairs), each checked; those not given have the document's default."""
        found = {}
        for name, described in self.parameters.items():
            if described.get("location") == "query" and "default" in described:
                found[name] = self._value(name, described, described["default"])
        for name, text in given:
            described = self.parameters.get(name)
            if described is None or described.get("location") != "query":
                if name in common or name in ("upload_id", "uploadType"):
                    continue
                raise NotInDocument(f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.')
            value = self._value(name, described, text)
            if described.get("repeated"):
                found.setdefault(name, []).append(value)
            else:
                found[name] = value
        return found

    @staticmethod
    def _value(name, described, text):
        if "enum" in described and text not in described["enum"]:
            raise NotInDocument(f"Invalid value at '{name}': \"{text}\"")
        if described["type"] == "integer":
            if not re.fullmatch(r"\d+", text):
                raise NotInDocument(f"Invalid value at '{name}' (TYPE_UINT32), \"{text}\"")
            return int(text)
        if described["type"] == "boolean":
            if text not in ("true", "false"):
                raise NotInDocument(f"Invalid value at '{name}' (TYPE_BOOL), \"{text}\"")
            return text == "true"
        if described.get("format") in _FORMATS and not re.fullmatch(_FORMATS[described["format"]], text):
            raise NotInDocument(f"Invalid value at '{name}', \"{text}\"")
        return text


class Discovery:
    def __init__(self, document):
        self.document = document
        self.methods = {}
        self._collect(document)

    def _collect(self, resource):
        for description in resource.get("methods", {}).values():
            method = Method(self.document, description)
            self.methods[method.id] = method
        for inner in resource.get("resources", {}).values():
            self._collect(inner)

    def find(self, verb, path):
        """(method, the path's parameters, the upload's protocol or None); None where the document has no such address."""
        for method in self.methods.values():
            if method.verb != verb:
                continue
            for pattern, protocol in method.paths:
                if match := pattern.fullmatch(path):
                    names = {name: urllib.parse.unquote(value) for name, value in match.groupdict().items()}
                    return method, names, protocol
        return None

    def check(self, schema, value, where=""):
        """Whether a value is what a schema of the document describes; what it does not know is refused."""
        self._object(self.document["schemas"][schema], value, where or schema)

    def _object(self, schema, value, where):
        if not isinstance(value, dict):
            raise NotInDocument(f"{where} is no object")
        for name, item in value.items():
            described = schema["properties"].get(name)
            if described is None:
                raise NotInDocument(f"{where}.{name} is not in the document")
            self._value(described, item, f"{where}.{name}")

    def _value(self, described, value, where):
        if "$ref" in described:
            self._object(self.document["schemas"][described["$ref"]], value, where)
            return
        kind = _TYPES[described["type"]]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise NotInDocument(f"{where} is {value!r}, not {described['type']}")
        if kind is list:
            for index, item in enumerate(value):
                self._value(described["items"], item, f"{where}[{index}]")
        elif kind is dict and "properties" in described:
            self._object(described, value, where)
        if "enum" in described and value not in described["enum"]:
            raise NotInDocument(f"{where} is {value!r}, which is none of its values")
        pattern = _FORMATS.get(described.get("format"))
        if pattern and isinstance(value, str) and not re.fullmatch(pattern, value):
            raise NotInDocument(f"{where} is {value[:60]!r}, not {described['format']}")
        if described.get("format") == "int32" and not -2**31 <= value < 2**31:
            raise NotInDocument(f"{where} is {value}, not int32")


def raw_document():
    """The discovery document as the package has it."""
    package = importlib.util.find_spec("googleapiclient")
    if package is None:
        raise RuntimeError("google-api-python-client is missing: 'make deps' installs it")
    path = pathlib.Path(package.origin).parent / "discovery_cache" / "documents" / "gmail.v1.json"
    return json.loads(path.read_text())


@functools.cache
def discovery():
    return Discovery(raw_document())
