"""What a request pays: a process that loads the library, opens a store and reads one status, beside the same program
that does nothing."""

import pathlib
import subprocess
import tempfile
import time

from .measure import median

_PROGRAM = r"""
#include <dlfcn.h>
#include <stdio.h>
#include "mailroom.h"
#define NEED(name) __typeof__(&name) p_##name = (__typeof__(&name))dlsym(library, #name)
int main(int count, char **given) {
  if (count < 3) return 0;
  void *library = dlopen(given[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return puts(dlerror()), 1;
  NEED(mr_record_new); NEED(mr_record_set_text); NEED(mr_record_set_int); NEED(mr_record_free);
  NEED(mr_open); NEED(mr_status); NEED(mr_close); NEED(mr_error_message); NEED(mr_error_free);
  mr_record *options = p_mr_record_new(), *status = NULL;
  p_mr_record_set_text(options, "work", "never");
  p_mr_record_set_int(options, "key_file", 1);
  mr_engine *engine = NULL; mr_error *error = NULL;
  mr_result result = p_mr_open(given[2], options, &engine, &error);
  if (result == MR_OK) result = p_mr_status(engine, 1, &status, &error);
  if (result != MR_OK) printf("%s\n", error ? p_mr_error_message(error) : "failed");
  p_mr_record_free(status); p_mr_record_free(options); p_mr_error_free(error);
  if (engine) p_mr_close(engine);
  return result != MR_OK;
}
"""


def measure(root, rounds=60):
    with tempfile.TemporaryDirectory() as folder:
        program, store = f"{folder}/cold", f"{folder}/crm.db"
        source = pathlib.Path(f"{program}.c")
        source.write_text(_PROGRAM)
        subprocess.run(
            ["gcc", "-std=gnu11", "-O2", f"-I{root}/dist/include", str(source), "-o", program, "-ldl"], check=True)
        box = pathlib.Path(folder) / "box"
        for name in ("cur", "new", "tmp"):
            (box / name).mkdir(parents=True)
        subprocess.run(
            [str(root / "dist/bin/mailroom"), "--store", store, "connect", "a@b.example", "--provider", "maildir", "--set",
             f"path={box}"], check=True, capture_output=True, stdin=subprocess.DEVNULL)
        library = str(root / "dist/lib/libmailroom.so.1")
        empty, full = [], []
        for _ in range(rounds):
            empty.append(timed([program]))
            full.append(timed([program, library, store]))
    extra = (median(full) - median(empty)) * 1000
    return f"""## A cold process

A C program that loads the library, opens a store and reads one status, beside the same program that ends at once; medians of {rounds}.

| empty | load, open, status | more |
| --- | --- | --- |
| {median(empty) * 1000:.1f} ms | {median(full) * 1000:.1f} ms | {extra:.1f} ms |"""


def timed(command):
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    took = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return took
