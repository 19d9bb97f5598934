"""What the tests of the built library share: where it is, the compilers, and how a C program is built against it.

They run with `python3 -m pytest Tests/ABI` once `make dist dist-test` has built it. MAILROOM_DIST and MAILROOM_DIST_TEST
name other folders than dist/ and dist-test/ of the package.
"""
import os
import pathlib
import shutil
import subprocess

import pytest

import header

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INCLUDE = ROOT / "include"


def built(variable, default):
    """A built folder, or a failure that says how to build it."""
    folder = pathlib.Path(os.environ.get(variable) or ROOT / default).resolve()
    if not (folder / "lib" / "libmailroom.so.1").exists():
        pytest.fail(f"{folder} holds no lib/libmailroom.so.1: run `make {default}`, or name the folder in {variable}")
    return folder


@pytest.fixture(scope="session")
def dist():
    return built("MAILROOM_DIST", "dist")


@pytest.fixture(scope="session")
def dist_test():
    return built("MAILROOM_DIST_TEST", "dist-test")


@pytest.fixture(scope="session")
def declared():
    """The functions of mailroom.h, by name."""
    return header.functions(INCLUDE / "mailroom.h")


def compilers():
    """(name, C compiler, C++ compiler): gcc, and clang, which comes with Swift where the system has none."""
    found = []
    if shutil.which("gcc") and shutil.which("g++"):
        found.append(("gcc", shutil.which("gcc"), shutil.which("g++")))
    clang = shutil.which("clang")
    if not clang and shutil.which("swift"):
        beside = pathlib.Path(shutil.which("swift")).resolve().parent / "clang"
        clang = str(beside) if beside.exists() else None
    if clang:
        found.append(("clang", clang, clang + "++" if pathlib.Path(clang + "++").exists() else clang))
    return found


def run(*command, timeout=120, **options):
    """Runs a command to its end; standard output and error are texts."""
    return subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout,
        errors="replace", **options)


def succeed(*command, **options):
    """As run; the command must end with 0."""
    ended = run(*command, **options)
    if ended.returncode != 0:
        pytest.fail(f"{' '.join(map(str, command))}: ended with {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return ended


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """build(source, folder, language="c99") compiles a program against a built library and gives its path."""
    made = {}

    def build(source, folder, language="c99", extra=()):
        key = (source, folder, language)
        if key not in made:
            compiler = shutil.which("g++" if language.startswith("c++") else "gcc")
            assert compiler, "gcc and g++ are needed: run `make deps`"
            out = tmp_path_factory.mktemp("program") / pathlib.Path(source).stem
            kind = "c++" if language.startswith("c++") else "c"
            succeed(
                compiler, f"-std={language}", "-D_GNU_SOURCE", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-x", kind,
                HERE / source, "-I", INCLUDE, "-I", HERE, "-L", folder / "lib", f"-Wl,-rpath,{folder / 'lib'}",
                *extra, "-lmailroom", "-pthread", "-ldl", "-o", out)
            made[key] = out
        return made[key]

    return build
