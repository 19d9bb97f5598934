"""C and C++ programs against the built library: each prints a line for what is not as it should be, and nothing else."""
import shutil

import pytest

from conftest import run


def silent(command, timeout=300):
    ended = run(*command, timeout=timeout)
    assert ended.returncode == 0, f"{command[0]} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}"
    assert ended.stdout + ended.stderr == "", f"{command[0]} printed something"


@pytest.mark.parametrize("language", ["c99", "c++17"])
@pytest.mark.parametrize("source", ["null_handles.c", "records.c"])
def test_without_an_engine(program, dist, source, language):
    silent([program(source, dist, language)])


@pytest.mark.parametrize("language", ["c99", "c++17"])
@pytest.mark.parametrize("source", ["bad_input.c", "blobs_and_closing.c"])
def test_with_an_engine(program, dist, tmp_path, source, language):
    silent([program(source, dist, language), tmp_path])


def test_from_cpp_itself(program, dist, tmp_path):
    silent([program("face.cpp", dist, "c++17"), tmp_path])


def test_many_threads_on_one_engine(program, dist, tmp_path):
    silent([program("threads.c", dist), tmp_path])


def test_the_entry_points_for_tests(program, dist_test, tmp_path):
    silent([program("hooks.c", dist_test), tmp_path])


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not installed")
@pytest.mark.parametrize("source", ["null_handles.c", "records.c"])
def test_no_byte_out_of_bounds(program, dist, source):
    silent(["valgrind", "-q", "--error-exitcode=99", program(source, dist)], timeout=600)
