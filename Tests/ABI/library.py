"""The built library for tests in Python, by ctypes and nothing else, so that the bindings have no part in them."""
import ctypes
import json

import header
from conftest import INCLUDE

RESULTS = {"mr_result": ctypes.c_int32, "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "int64_t": ctypes.c_int64,
           "size_t": ctypes.c_size_t, "int": ctypes.c_int, "void": None, "const char *": ctypes.c_char_p}


class Refused(Exception):
    """A negative result, with the facts of its error."""

    def __init__(self, result, message, field):
        super().__init__(f"{result}: {message}")
        self.result, self.field = result, field


class Library:
    def __init__(self, dist):
        self.c = ctypes.CDLL(str(dist / "lib" / "libmailroom.so.1"))
        for function in header.functions(INCLUDE / "mailroom.h").values():
            symbol = getattr(self.c, function.name)
            symbol.restype = RESULTS.get(function.result, ctypes.c_void_p)
            symbol.argtypes = [RESULTS.get(kind, ctypes.c_void_p) for kind, _ in function.parameters]

    def call(self, name, *arguments):
        """Calls a function whose last parameter is the error."""
        error = ctypes.c_void_p()
        result = getattr(self.c, name)(*arguments, ctypes.byref(error))
        if result < 0:
            field = self.c.mr_error_field(error, b"field")
            failure = Refused(result, self.c.mr_error_message(error).decode(), field and field.decode())
            self.c.mr_error_free(error)
            raise failure
        return result

    def record(self, fields):
        """A new mr_record out of a dictionary."""
        out = ctypes.c_void_p()
        self.call("mr_record_from_json", json.dumps(fields).encode(), ctypes.byref(out))
        return out

    def given(self, name, *arguments):
        """Calls a function that gives a handle: its last parameters are the handle and the error."""
        out = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(out))
        return out

    def taken(self, record):
        """A record as a dictionary; it is freed."""
        fields = json.loads(self.c.mr_record_json(record))
        self.c.mr_record_free(record)
        return fields

    def open(self, store, **options):
        record = self.record(options)
        try:
            return self.given("mr_open", str(store).encode(), record)
        finally:
            self.c.mr_record_free(record)

    def find(self, engine, kind, **where):
        record = self.record(where)
        cursor = self.given("mr_find", engine, kind.encode(), record)
        self.c.mr_record_free(record)
        rows, row = [], ctypes.c_void_p()
        while self.call("mr_cursor_next", cursor, ctypes.byref(row)) == 0:
            rows.append(json.loads(self.c.mr_record_json(row)))
        self.c.mr_cursor_free(cursor)
        return rows

    def wait(self, job, milliseconds=20000):
        """The result of a job, which must end within the time."""
        out = ctypes.c_void_p()
        try:
            result = self.call("mr_job_wait", job, milliseconds, ctypes.byref(out))
            assert result == 0, f"mr_job_wait gave {result}: {self.taken(out)}"
            return self.taken(out)
        finally:
            self.c.mr_job_free(job)

    def connect(self, engine, **account):
        record = self.record(account)
        job = self.given("mr_connect", engine, record)
        self.c.mr_record_free(record)
        return self.wait(job)["account"]
