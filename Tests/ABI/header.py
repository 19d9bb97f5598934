"""Reads the declarations out of mailroom.h: a small grammar is enough, because the header keeps to one form."""
import dataclasses
import pathlib
import re


@dataclasses.dataclass(frozen=True)
class Function:
    name: str
    result: str
    parameters: tuple  # of (type, name)

    @property
    def prototype(self):
        parameters = ", ".join(f"{kind} {name}" for kind, name in self.parameters) or "void"
        return f"{self.result} {self.name}({parameters})"


def uncommented(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def functions(path):
    """Every function that a header declares with MR_API, by name, in the header's order."""
    found = {}
    text = uncommented(pathlib.Path(path).read_text())
    for match in re.finditer(r"^MR_API\s+([^;(]+?)\s*\(([^;]*?)\)\s*;", text, flags=re.M | re.S):
        result, name = split(match.group(1))
        parameters = [] if match.group(2).strip() == "void" else match.group(2).split(",")
        assert name not in found, f"{name} is declared twice"
        found[name] = Function(name, result, tuple(split(parameter) for parameter in parameters))
    assert len(found) == len(re.findall(r"^MR_API\b", text, flags=re.M)), "a declaration was not understood"
    return found


def split(declaration):
    """`const char **name` into its type and its name."""
    match = re.fullmatch(r"\s*(.*?)\s*(\**)\s*(\w+)\s*", declaration, flags=re.S)
    assert match, f"not understood: {declaration!r}"
    kind = " ".join(match.group(1).split())
    return (kind + (" " + match.group(2) if match.group(2) else ""), match.group(3))


def constants(path):
    """The names of every enumerator in a header."""
    found = []
    for body in re.findall(r"enum\s*\{(.*?)\}", uncommented(pathlib.Path(path).read_text()), flags=re.S):
        found += re.findall(r"\b(MR_\w+)\s*=", body)
    return found
