"""A library is a guest in the process: loaded, used, let go and loaded again, in C, Python and PHP, it changes no signal
handler, makes no thread and no socket before a call that needs one, and prints nothing."""
import shutil
import sys
import textwrap

from conftest import run


def silent(command, **options):
    ended = run(*command, **options)
    assert ended.returncode == 0, f"ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}"
    assert ended.stdout + ended.stderr == "", "something was printed"


def test_in_c(program, dist, tmp_path):
    silent([program("loading.c", dist, "c99"), dist / "lib" / "libmailroom.so.1", tmp_path])


def test_in_c_where_the_environment_is_hostile(program, dist, tmp_path):
    """What an environment says is not looked at, neither by Mailroom nor, for it, by OpenSSL."""
    silent([program("loading.c", dist, "c99"), dist / "lib" / "libmailroom.so.1", tmp_path], env={
        "OPENSSL_CONF": str(tmp_path / "no such file"), "OPENSSL_MODULES": "/nonexistent",
        "MALLOC_PERTURB_": "165", "MAILROOM_PLUGINS": str(tmp_path), "HOME": "/nonexistent", "TMPDIR": "/nonexistent"})


PYTHON = """
    import ctypes, os, sys
    import _ctypes
    def state():
        lines = open("/proc/self/status").read().splitlines()
        facts = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("SigP", "SigB", "SigI", "SigC", "Threads"))}
        links = []
        for name in os.listdir("/proc/self/fd"):
            try: links.append(os.readlink("/proc/self/fd/" + name))
            except OSError: pass
        facts["sockets"] = sum(link.startswith("socket:") for link in links)
        return facts
    before = state()
    for turn in range(3):
        library = ctypes.CDLL(sys.argv[1])
        assert state() == before, ("loading", before, state())
        engine, error = ctypes.c_void_p(), ctypes.c_void_p()
        assert library.mr_open(sys.argv[2].encode(), None, ctypes.byref(engine), ctypes.byref(error)) == 0
        cursor = ctypes.c_void_p()
        assert library.mr_find(engine, b"account", None, ctypes.byref(cursor), ctypes.byref(error)) == 0
        row = ctypes.c_void_p()
        assert library.mr_cursor_next(cursor, ctypes.byref(row), ctypes.byref(error)) == 1
        assert state() == before, ("finding", before, state())
        library.mr_cursor_free(cursor)
        library.mr_close(engine)
        _ctypes.dlclose(library._handle)
        assert state() == before, ("unloading", before, state())
"""

PHP = """
    function state(): array {
        preg_match_all('/^(Sig[PBIC]\\\\w+|Threads):\\\\s*(\\\\S+)/m', file_get_contents('/proc/self/status'), $found);
        $facts = array_combine($found[1], $found[2]);
        $facts['sockets'] = count(array_filter(scandir('/proc/self/fd'),
            fn($name) => str_starts_with((string) @readlink("/proc/self/fd/$name"), 'socket:')));
        return $facts;
    }
    $declarations = 'const char *mr_version(void);
        int32_t mr_open(const char *store, const void *options, void **out, void **err);
        int32_t mr_find(void *engine, const char *kind, const void *where, void **out, void **err);
        int32_t mr_cursor_next(void *cursor, const void **row, void **err);
        void mr_cursor_free(void *cursor); void mr_close(void *engine);';
    $before = state();
    for ($turn = 0; $turn < 3; $turn++) {
        $library = FFI::cdef($declarations, $argv[1]);
        if (state() !== $before) { echo 'loading changed ', json_encode([$before, state()]), PHP_EOL; }
        $engine = $library->new('void *'); $cursor = $library->new('void *');
        $row = $library->new('const void *'); $error = $library->new('void *');
        if ($library->mr_open($argv[2], null, FFI::addr($engine), FFI::addr($error)) !== 0) { echo 'mr_open', PHP_EOL; }
        if ($library->mr_find($engine, 'account', null, FFI::addr($cursor), FFI::addr($error)) !== 0) { echo 'mr_find', PHP_EOL; }
        if ($library->mr_cursor_next($cursor, FFI::addr($row), FFI::addr($error)) !== 1) { echo 'a row', PHP_EOL; }
        if (state() !== $before) { echo 'finding changed ', json_encode([$before, state()]), PHP_EOL; }
        $library->mr_cursor_free($cursor);
        $library->mr_close($engine);
        unset($engine, $cursor, $row, $error, $library);
        gc_collect_cycles();
        if (state() !== $before) { echo 'unloading changed ', json_encode([$before, state()]), PHP_EOL; }
    }
"""


def test_in_python(dist, tmp_path):
    script = tmp_path / "load.py"
    script.write_text(textwrap.dedent(PYTHON))
    silent([sys.executable, script, dist / "lib" / "libmailroom.so.1", tmp_path / "python.db"])


def test_in_php(dist, tmp_path):
    php = shutil.which("php")
    assert php, "php is missing: run `make deps`"
    script = tmp_path / "load.php"
    script.write_text("<?php\n" + textwrap.dedent(PHP))
    silent([php, "-d", "ffi.enable=1", script, dist / "lib" / "libmailroom.so.1", tmp_path / "php.db"])
