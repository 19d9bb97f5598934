"""Written by bindings/generate.py from include/mailroom_result.h and include/mailroom.h.

Do not edit. Every handle (mr_engine, mr_record ...) is a c_void_p.
"""

from ctypes import CDLL, POINTER, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any, Final

MR_OK: Final = 0
MR_END: Final = 1
MR_TIMEOUT: Final = 2
MR_PARKED: Final = 3
MR_CHANGED: Final = 4
MR_SKIP: Final = 5
MR_COMMIT_NOW: Final = 6
MR_HEADER: Final = 7
MR_E_INTERNAL: Final = -1
MR_E_INVALID: Final = -2
MR_E_NOT_FOUND: Final = -3
MR_E_EXISTS: Final = -4
MR_E_CLOSED: Final = -5
MR_E_FORKED: Final = -6
MR_E_BUSY: Final = -7
MR_E_CANCELLED: Final = -8
MR_E_UNSUPPORTED: Final = -9
MR_E_STORE: Final = -10
MR_E_PLUGIN: Final = -11
MR_E_KEY: Final = -12
MR_E_CONNECTION: Final = -20
MR_E_TLS: Final = -21
MR_E_AUTH: Final = -22
MR_E_THROTTLED: Final = -23
MR_E_OUTAGE: Final = -24
MR_E_REFUSED: Final = -25
MR_E_PROTOCOL: Final = -26
MR_E_STALE: Final = -27
MR_E_UNKNOWN_OUTCOME: Final = -28
MR_TEXT: Final = 1
MR_INT: Final = 2
MR_BYTES: Final = 3
MR_LIST: Final = 4
MR_RECORD: Final = 5

RESULT_NAMES: Final[dict[int, str]] = {
    -1: "MR_E_INTERNAL",
    -2: "MR_E_INVALID",
    -3: "MR_E_NOT_FOUND",
    -4: "MR_E_EXISTS",
    -5: "MR_E_CLOSED",
    -6: "MR_E_FORKED",
    -7: "MR_E_BUSY",
    -8: "MR_E_CANCELLED",
    -9: "MR_E_UNSUPPORTED",
    -10: "MR_E_STORE",
    -11: "MR_E_PLUGIN",
    -12: "MR_E_KEY",
    -20: "MR_E_CONNECTION",
    -21: "MR_E_TLS",
    -22: "MR_E_AUTH",
    -23: "MR_E_THROTTLED",
    -24: "MR_E_OUTAGE",
    -25: "MR_E_REFUSED",
    -26: "MR_E_PROTOCOL",
    -27: "MR_E_STALE",
    -28: "MR_E_UNKNOWN_OUTCOME",
}

# name, result, parameters
FUNCTIONS: Final[tuple[tuple[str, Any, tuple[Any, ...]], ...]] = (
    ("mr_abi", c_uint32, ()),
    ("mr_version", c_char_p, ()),
    ("mr_has", c_int32, (c_char_p,)),
    ("mr_error_result", c_int32, (c_void_p,)),
    ("mr_error_message", c_char_p, (c_void_p,)),
    ("mr_error_field", c_char_p, (c_void_p, c_char_p)),
    ("mr_error_free", None, (c_void_p,)),
    ("mr_record_new", c_void_p, ()),
    ("mr_record_from_json", c_int32, (c_char_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_record_json", c_char_p, (c_void_p,)),
    ("mr_record_set_text", c_int32, (c_void_p, c_char_p, c_char_p)),
    ("mr_record_set_int", c_int32, (c_void_p, c_char_p, c_int64)),
    ("mr_record_set_bytes", c_int32, (c_void_p, c_char_p, c_void_p, c_size_t)),
    ("mr_record_set_record", c_int32, (c_void_p, c_char_p, c_void_p)),
    ("mr_record_add_text", c_int32, (c_void_p, c_char_p, c_char_p)),
    ("mr_record_add_int", c_int32, (c_void_p, c_char_p, c_int64)),
    ("mr_record_add_record", c_int32, (c_void_p, c_char_p, c_void_p)),
    ("mr_record_text", c_int32, (c_void_p, c_char_p, POINTER(c_char_p), POINTER(c_size_t))),
    ("mr_record_int", c_int32, (c_void_p, c_char_p, POINTER(c_int64))),
    ("mr_record_bytes", c_int32, (c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_size_t))),
    ("mr_record_count", c_size_t, (c_void_p, c_char_p)),
    ("mr_record_item_type", c_int32, (c_void_p, c_char_p, c_size_t)),
    ("mr_record_item_text", c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_char_p), POINTER(c_size_t))),
    ("mr_record_item_int", c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_int64))),
    ("mr_record_item", c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p))),
    ("mr_record_size", c_size_t, (c_void_p,)),
    ("mr_record_name", c_char_p, (c_void_p, c_size_t)),
    ("mr_record_type", c_int32, (c_void_p, c_size_t)),
    ("mr_record_free", None, (c_void_p,)),
    ("mr_open", c_int32, (c_char_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_start", c_int32, (c_void_p, POINTER(c_void_p))),
    ("mr_stop", c_int32, (c_void_p, POINTER(c_void_p))),
    ("mr_close", None, (c_void_p,)),
    ("mr_discover", c_int32, (c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_authorize", c_int32, (c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_connect", c_int32, (c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_reconnect", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_disconnect", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_void_p))),
    ("mr_status", c_int32, (c_void_p, c_int64, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_token_put", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_void_p))),
    ("mr_check", c_int32, (c_void_p, c_char_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_maintain", c_int32, (c_void_p, c_char_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_sync", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_audit", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_find", c_int32, (c_void_p, c_char_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_get", c_int32, (c_void_p, c_char_p, c_int64, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_put", c_int32, (c_void_p, c_char_p, c_void_p, POINTER(c_int64), POINTER(c_void_p))),
    ("mr_update", c_int32, (c_void_p, c_char_p, c_int64, c_void_p, POINTER(c_void_p))),
    ("mr_remove", c_int32, (c_void_p, c_char_p, c_int64, POINTER(c_void_p))),
    ("mr_blob_open", c_int32, (c_void_p, c_int64, c_char_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_blob_read", c_int32, (c_void_p, c_void_p, c_size_t, POINTER(c_size_t), POINTER(c_void_p))),
    ("mr_blob_new", c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_blob_write", c_int32, (c_void_p, c_void_p, c_size_t, POINTER(c_void_p))),
    ("mr_blob_seal", c_int32, (c_void_p, POINTER(c_int64), POINTER(c_void_p))),
    ("mr_blob_free", None, (c_void_p,)),
    ("mr_send", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_int64), POINTER(c_void_p))),
    ("mr_resend", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_void_p))),
    ("mr_resend_all", c_int32, (c_void_p, c_void_p, POINTER(c_int64), POINTER(c_void_p))),
    ("mr_cancel", c_int32, (c_void_p, c_int64, POINTER(c_void_p))),
    ("mr_send_wait", c_int32, (c_void_p, c_int64, c_int32, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_cursor_next", c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_cursor_free", None, (c_void_p,)),
    ("mr_job_id", c_int64, (c_void_p,)),
    ("mr_job_open", c_int32, (c_void_p, c_int64, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_job_wait", c_int32, (c_void_p, c_int32, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_job_progress", c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_job_cancel", None, (c_void_p,)),
    ("mr_job_free", None, (c_void_p,)),
    ("mr_changes", c_int32, (c_void_p, c_int64, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_events_open", c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    ("mr_events_fd", c_int, (c_void_p,)),
    ("mr_events_wait", c_int32, (c_void_p, c_int32, POINTER(c_int64), POINTER(c_void_p))),
    ("mr_events_free", None, (c_void_p,)),
    ("mr_call", c_int32, (c_void_p, c_int64, c_char_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
)


def declare(library: CDLL) -> None:
    """Tells ctypes every prototype. Raises AttributeError where the library lacks a function."""
    for name, result, parameters in FUNCTIONS:
        function = getattr(library, name)
        function.restype = result
        function.argtypes = parameters
