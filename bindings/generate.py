#!/usr/bin/env python3
"""Writes the declarations of the bindings from include/mailroom.h and include/mailroom_result.h.

    bindings/generate.py            writes bindings/php/mailroom.ffi.h, bindings/php/mailroom.scope.h and
                                    bindings/python/mailroom/_declarations.py
    bindings/generate.py --check    ends with 1 where one of them is not what it would write

The headers are plain enough to be read by the few rules below: comments, lines of the preprocessor,
`extern "C"`, opaque types, anonymous enums and prototypes that begin with MR_API. Whatever does not fit
ends the program, so that nothing is left out in silence.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
HEADERS = ("mailroom_result.h", "mailroom.h")
PHP = HERE / "php" / "mailroom.ffi.h"
PHP_SCOPE = HERE / "php" / "mailroom.scope.h"
PYTHON = HERE / "python" / "mailroom" / "_declarations.py"
NOTE = "Written by bindings/generate.py from include/mailroom_result.h and include/mailroom.h."


@dataclass
class Parameter:
    type: str  # with one blank between words and every star apart: "const mr_record * *"
    name: str


@dataclass
class Function:
    result: str
    name: str
    parameters: list[Parameter]


@dataclass
class Declarations:
    aliases: list[tuple[str, str]]
    handles: list[str]
    constants: list[tuple[str, int]]
    functions: list[Function]


def normal(text: str) -> str:
    return " ".join(text.replace("*", " * ").split())


def parameter(text: str, position: int) -> Parameter:
    words = normal(text).split()
    if words[-1] == "*" or len(words) == 1 or words[-2] == "const":
        return Parameter(" ".join(words), f"a{position}")
    return Parameter(" ".join(words[:-1]), words[-1])


def read() -> Declarations:
    text = "\n".join((INCLUDE / name).read_text(encoding="utf-8") for name in HEADERS)
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"//[^\n]*", " ", text)
    text = re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", "", text)
    text = re.sub(r'extern\s+"C"\s*\{', "", text)
    found = Declarations([], [], [], [])
    for statement in re.findall(r"[^;{}]*(?:\{[^}]*\}[^;{}]*)?;", text):
        statement = " ".join(statement.split()).rstrip(";").strip()
        if not statement:
            continue
        if match := re.fullmatch(r"typedef struct (mr_\w+) \1", statement):
            found.handles.append(match[1])
        elif match := re.fullmatch(r"typedef (\w+) (mr_\w+)", statement):
            found.aliases.append((match[2], match[1]))
        elif match := re.fullmatch(r"enum \{(.*)\}", statement):
            for item in filter(None, (part.strip() for part in match[1].split(","))):
                name, _, value = item.partition("=")
                found.constants.append((name.strip(), int(value.strip(), 0)))
        elif match := re.fullmatch(r"MR_API (.+?)(mr_\w+) ?\((.*)\)", statement):
            inner = match[3].strip()
            parts = [] if inner in ("", "void") else inner.split(",")
            found.functions.append(
                Function(normal(match[1]), match[2], [parameter(part, i) for i, part in enumerate(parts)]))
        else:
            sys.exit(f"generate.py: cannot read this declaration: {statement}")
    if not found.functions or not found.constants:
        sys.exit("generate.py: the headers declare nothing")
    return found


def php(declarations: Declarations) -> str:
    """C without a preprocessor, as FFI::cdef reads it."""
    lines = [f"/* {NOTE} Do not edit. */"]
    lines += [f"typedef {type} {name};" for name, type in declarations.aliases]
    lines += [f"typedef struct {name} {name};" for name in declarations.handles]
    lines.append("enum {")
    lines.append(",\n".join(f"  {name} = {value}" for name, value in declarations.constants))
    lines.append("};")
    for function in declarations.functions:
        parameters = ", ".join(f"{p.type} {p.name}".replace("* ", "*") for p in function.parameters) or "void"
        lines.append(f"{function.result} {function.name}({parameters});".replace("* ", "*"))
    return "\n".join(lines) + "\n"


def php_scope(declarations: Declarations) -> str:
    """The same for php.ini's ffi.preload, which takes the scope's name and the library from two lines."""
    return '#define FFI_SCOPE "MAILROOM"\n#define FFI_LIB "libmailroom.so.1"\n' + php(declarations)


CTYPES = {
    "void": "None",
    "int": "c_int",
    "int32_t": "c_int32",
    "uint32_t": "c_uint32",
    "int64_t": "c_int64",
    "size_t": "c_size_t",
    "uint16_t": "c_uint16",
    "double": "c_double",
}


def ctype(type: str, aliases: dict[str, str]) -> str:
    words = [word for word in type.split() if word != "const"]
    stars = words.count("*")
    base = " ".join(word for word in words if word != "*")
    base = aliases.get(base, base)
    if base == "char" and stars:
        name, stars = "c_char_p", stars - 1
    elif (base == "void" or base not in CTYPES) and stars:
        name, stars = "c_void_p", stars - 1
    elif base in CTYPES:
        name = CTYPES[base]
    else:
        sys.exit(f"generate.py: no ctypes name for {type}")
    for _ in range(stars):
        name = f"POINTER({name})"
    return name


def python(declarations: Declarations) -> str:
    aliases = dict(declarations.aliases)
    lines = [
        f'"""{NOTE}',
        "",
        "Do not edit. Every handle (mr_engine, mr_record ...) is a c_void_p.",
        '"""',
        "",
        "from ctypes import CDLL, POINTER, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p",
        "from typing import Any, Final",
        "",
    ]
    lines += [f"{name}: Final = {value}" for name, value in declarations.constants]
    lines += ["", "RESULT_NAMES: Final[dict[int, str]] = {"]
    lines += [f'    {value}: "{name}",' for name, value in declarations.constants if name.startswith("MR_E_")]
    lines += ["}", "", "# name, result, parameters", "FUNCTIONS: Final[tuple[tuple[str, Any, tuple[Any, ...]], ...]] = ("]
    for function in declarations.functions:
        parameters = [ctype(p.type, aliases) for p in function.parameters]
        inner = ", ".join(parameters) + ("," if len(parameters) == 1 else "")
        lines.append(f'    ("{function.name}", {ctype(function.result, aliases)}, ({inner})),')
    lines += [
        ")",
        "",
        "",
        "def declare(library: CDLL) -> None:",
        '    """Tells ctypes every prototype. Raises AttributeError where the library lacks a function."""',
        "    for name, result, parameters in FUNCTIONS:",
        "        function = getattr(library, name)",
        "        function.restype = result",
        "        function.argtypes = parameters",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    declarations = read()
    stale = 0
    for path, text in (
        (PHP, php(declarations)),
        (PHP_SCOPE, php_scope(declarations)),
        (PYTHON, python(declarations)),
    ):
        current = path.read_text(encoding="utf-8") if path.exists() else None
        if current == text:
            continue
        if "--check" in sys.argv[1:]:
            print(f"{path.relative_to(HERE.parent)} is not what the headers say: run bindings/generate.py")
            stale = 1
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(HERE.parent)}")
    return stale


if __name__ == "__main__":
    sys.exit(main())
