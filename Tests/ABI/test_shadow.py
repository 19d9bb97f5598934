"""The ABI, held by libabigail: it sees no types in a Swift library, so it looks at a shadow, compiled by gcc from stubs
that are made out of the headers. mailroom.abi is the shadow of the last released interface.

After a function was added (never after one was changed): MAILROOM_REWRITE=1 python3 -m pytest Tests/ABI/test_shadow.py
"""
import os
import shutil

import pytest

import header
from conftest import HERE, INCLUDE, run, succeed

DUMP = HERE / "mailroom.abi"


def shadow(include, folder):
    """The shadow library of the headers in a folder."""
    functions = header.functions(include / "mailroom.h").values()
    stubs = ['#include "mailroom.h"', '#include "mailroom_plugin.h"']
    for function in functions:
        used = "".join(f" (void){name};" for _, name in function.parameters)
        value = "" if function.result == "void" else " return 0;"
        stubs.append(f"{function.prototype} {{{used}{value} }}")
    # The tables of plugins are reached through their entry point.
    stubs.append("MR_API mr_result mr_plugin_init_1(const mr_host *host, mr_plugin *out);")
    stubs.append("mr_result mr_plugin_init_1(const mr_host *host, mr_plugin *out) { (void)host; (void)out; return 0; }")
    source = folder / "shadow.c"
    source.write_text("\n".join(stubs) + "\n")
    library = folder / "libmailroom.so.1"
    succeed("gcc", "-std=c11", "-g", "-O0", "-fPIC", "-shared", "-Wl,-soname,libmailroom.so.1", "-Wall", "-Wextra", "-Werror",
            f"-ffile-prefix-map={folder}=.", "-I", include, source, "-o", library)
    return library


def difference(library):
    return run("abidiff", "--harmless", "--redundant", DUMP, library)


def test_the_interface_is_the_committed_one(tmp_path):
    assert shutil.which("abidw") and shutil.which("abidiff"), "abigail-tools is missing: run `make deps`"
    library = shadow(INCLUDE, tmp_path)
    if os.environ.get("MAILROOM_REWRITE") == "1":
        ended = succeed("abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", library)
        DUMP.write_text(ended.stdout)
    ended = difference(library)
    assert ended.returncode == 0, f"the interface changed (see {__name__} for when that is right):\n{ended.stdout}"


@pytest.mark.parametrize("name, old, new", [
    ("mailroom.h", "mr_status    (mr_engine *engine, int64_t account,", "mr_status    (mr_engine *engine, int32_t account,"),
    ("mailroom.h", "mr_stop (mr_engine *engine, mr_error **err)", "mr_stop (mr_engine *engine)"),
    ("mailroom.h", "MR_API int64_t   mr_job_id", "MR_API int32_t   mr_job_id"),
    ("mailroom.h", "mr_job_id      (const mr_job *job)", "mr_job_id      (mr_job *job)"),
    ("mailroom_plugin.h", "void      (*close)(mr_stream *);\n", ""),
    ("mailroom_plugin.h", "uint32_t size, minor;", "uint64_t size, minor;"),
    ("mailroom_plugin.h", "const char *scheme;", "const char *scheme, *title;"),
])
def test_a_changed_prototype_or_table_is_seen(tmp_path, name, old, new):
    include = tmp_path / "include"
    shutil.copytree(INCLUDE, include)
    text = (include / name).read_text()
    assert text.count(old) == 1, f"{name} has no such line any more; mend the test: {old}"
    (include / name).write_text(text.replace(old, new))
    ended = difference(shadow(include, tmp_path))
    assert ended.returncode != 0, "abidiff did not see the change"
