"""Each header compiles alone, pedantically, as C99, C11 and C++17, with gcc and clang, and needs nothing before it."""
import pytest

from conftest import HERE, INCLUDE, compilers, run, succeed

HEADERS = [INCLUDE / name for name in ("mailroom.h", "mailroom_result.h", "mailroom_plugin.h")] + [HERE / "mailroom_test.h"]
STANDARDS = ["c99", "c11", "c++17"]
STRICT = ["-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wundef", "-I", INCLUDE, "-fsyntax-only"]


def compile_source(compiler, standard, source):
    name, c, cxx = compiler
    plain = standard.startswith("c++")
    strict = STRICT + ([] if plain else ["-Wstrict-prototypes"])
    return run(cxx if plain else c, f"-std={standard}", "-x", "c++" if plain else "c", *strict, source)


def test_both_compilers_are_there():
    assert {name for name, _, _ in compilers()} == {"gcc", "clang"}, "gcc, and the clang that comes with Swift"


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("compiler", compilers(), ids=lambda compiler: compiler[0])
@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header.name)
def test_a_header_stands_alone(tmp_path, header, compiler, standard):
    source = tmp_path / "alone.c"
    source.write_text(f'#include "{header}"\n#include "{header}"\nint main(void) {{ return 0; }}\n')
    ended = compile_source(compiler, standard, source)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("compiler", compilers(), ids=lambda compiler: compiler[0])
def test_all_headers_stand_together(tmp_path, compiler, standard):
    source = tmp_path / "together.c"
    lines = "".join(f'#include "{header}"\n' for header in reversed(HEADERS))
    source.write_text(lines + "int main(void) { return MR_OK; }\n")
    ended = compile_source(compiler, standard, source)
    assert ended.returncode == 0, ended.stderr


def test_the_check_can_fail(tmp_path):
    source = tmp_path / "bad.c"
    source.write_text('#include "mailroom.h"\nint main(void) { return mr_open(1); }\n')
    assert compile_source(compilers()[0], "c99", source).returncode != 0


def test_the_installed_headers_are_these(dist):
    for header in HEADERS[:3]:
        assert (dist / "include" / header.name).read_text() == header.read_text(), header.name
    assert sorted(path.name for path in (dist / "include").iterdir()) == sorted(header.name for header in HEADERS[:3])


def test_pkg_config_finds_it(dist, tmp_path):
    ended = succeed("pkg-config", "--cflags", "--libs", "mailroom", env={
        "PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(dist / "lib" / "pkgconfig")})
    (tmp_path / "a.c").write_text('#include "mailroom.h"\nint main(void) { return mr_abi() >> 16 == 1 ? 0 : 1; }\n')
    succeed("gcc", tmp_path / "a.c", "-o", tmp_path / "a", f"-Wl,-rpath,{dist / 'lib'}", *ended.stdout.split())
    succeed(tmp_path / "a")
