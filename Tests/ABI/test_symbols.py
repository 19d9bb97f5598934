"""The header, symbols.txt and the built library show the same names; and how the library is linked."""
import re

import pytest

import header
from conftest import HERE, INCLUDE, succeed

# What a machine with the base system and the packages of docs/design.md, section 3, has.
ALLOWED = {
    "libssl.so.3", "libcrypto.so.3", "libsqlite3.so.0", "libffi.so.8", "libz.so.1", "libjansson.so.4", "libidn2.so.0", "libexpat.so.1", "libc.so.6",
    "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
}


def table():
    """symbols.txt: (functions, constants), each name with the version it came in."""
    functions, constants = {}, {}
    for line in (HERE / "symbols.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"(mr_\w+) +(\d+\.\d+)|(MR_\w+) = (-?\d+) +(\d+\.\d+)", line)
        assert match, f"symbols.txt: not understood: {line!r}"
        if match.group(1):
            functions[match.group(1)] = match.group(2)
        else:
            constants[match.group(3)] = (int(match.group(4)), match.group(5))
    return functions, constants


def exported(library):
    lines = succeed("nm", "-D", "--defined-only", library).stdout.splitlines()
    return {line.split()[-1].split("@")[0] for line in lines}


def dynamic(library, tag):
    lines = succeed("readelf", "-d", "-W", library).stdout.splitlines()
    return [line.split(")", 1)[1].strip() for line in lines if f"({tag})" in line]


def test_symbols_txt_is_the_header(declared):
    functions, _ = table()
    assert list(functions) == list(declared), "symbols.txt lists the functions of mailroom.h, in its order"


def test_no_function_is_newer_than_the_header_says(declared):
    functions, constants = table()
    assert "This header is 1.0" in " ".join((INCLUDE / "mailroom.h").read_text().split())
    versions = set(functions.values()) | {version for _, version in constants.values()}
    assert versions <= {"1.0"}, "the header's comment on mr_abi names the newest version in symbols.txt"


def test_constants_keep_their_values(tmp_path):
    _, constants = table()
    names = header.constants(INCLUDE / "mailroom_result.h")
    assert list(constants) == names, "symbols.txt lists the constants of mailroom_result.h, in its order"
    lines = "".join(f'  printf("{name} %ld\\n", (long){name});\n' for name in names)
    (tmp_path / "print.c").write_text(f'#include <stdio.h>\n#include "mailroom.h"\nint main(void) {{\n{lines}return 0;\n}}\n')
    succeed("gcc", "-I", INCLUDE, tmp_path / "print.c", "-o", tmp_path / "print")
    printed = dict(line.split() for line in succeed(tmp_path / "print").stdout.splitlines())
    assert {name: int(value) for name, value in printed.items()} == {name: value for name, (value, _) in constants.items()}


def test_the_library_exports_the_header_and_nothing_else(dist, declared):
    names = exported(dist / "lib" / "libmailroom.so.1")
    assert not set(declared) - names, "declared, and not implemented"
    assert not names - set(declared), "exported, and not declared"


def test_the_build_for_tests_adds_its_header_alone(dist_test, declared):
    hooks = header.functions(HERE / "mailroom_test.h")
    assert exported(dist_test / "lib" / "libmailroom.so.1") == set(declared) | set(hooks)


def test_soname(dist):
    assert dynamic(dist / "lib" / "libmailroom.so.1", "SONAME") == ["Library soname: [libmailroom.so.1]"]
    real = (dist / "lib" / "libmailroom.so.1").resolve().name
    assert re.fullmatch(r"libmailroom\.so\.1\.\d+\.\d+", real), real
    assert (dist / "lib" / "libmailroom.so").resolve().name == real


def test_it_stays_loaded_and_is_bound_at_once(dist):
    flags = " ".join(dynamic(dist / "lib" / "libmailroom.so.1", "FLAGS_1"))
    assert "NODELETE" in flags and "NOW" in flags, flags


@pytest.mark.parametrize("tag", ["RPATH", "RUNPATH", "TEXTREL"])
def test_it_looks_for_libraries_nowhere_else(dist, tag):
    entries = dynamic(dist / "lib" / "libmailroom.so.1", tag)
    assert entries in ([], ["Library runpath: [$ORIGIN]"]), entries


def test_it_needs_only_the_libraries_of_the_design(dist):
    needed = {re.search(r"\[(.*)\]", line).group(1) for line in dynamic(dist / "lib" / "libmailroom.so.1", "NEEDED")}
    assert needed, "no NEEDED entry was found at all"
    assert not needed - ALLOWED, f"beyond the allowed ones: {sorted(needed - ALLOWED)}"


def plugins(dist):
    return sorted((dist / "lib" / "mailroom" / "plugins").glob("*.so"))


def test_plugins_are_there_with_their_manifests(dist):
    names = [plugin.name for plugin in plugins(dist)]
    assert names == ["mail.so", "maildir.so", "web.so"], names
    assert all(plugin.with_suffix(".json").exists() for plugin in plugins(dist))


def test_plugins_export_their_entry_point_alone(dist):
    assert plugins(dist), "no plugin was built"
    for plugin in plugins(dist):
        assert exported(plugin) == {"mr_plugin_init_1"}, plugin.name
