#define FFI_SCOPE "MAILROOM"
#define FFI_LIB "libmailroom.so.1"
/* Written by bindings/generate.py from include/mailroom_result.h and include/mailroom.h. Do not edit. */
typedef int32_t mr_result;
typedef struct mr_engine mr_engine;
typedef struct mr_record mr_record;
typedef struct mr_cursor mr_cursor;
typedef struct mr_blob mr_blob;
typedef struct mr_job mr_job;
typedef struct mr_events mr_events;
typedef struct mr_error mr_error;
enum {
  MR_OK = 0,
  MR_END = 1,
  MR_TIMEOUT = 2,
  MR_PARKED = 3,
  MR_CHANGED = 4,
  MR_SKIP = 5,
  MR_COMMIT_NOW = 6,
  MR_HEADER = 7,
  MR_E_INTERNAL = -1,
  MR_E_INVALID = -2,
  MR_E_NOT_FOUND = -3,
  MR_E_EXISTS = -4,
  MR_E_CLOSED = -5,
  MR_E_FORKED = -6,
  MR_E_BUSY = -7,
  MR_E_CANCELLED = -8,
  MR_E_UNSUPPORTED = -9,
  MR_E_STORE = -10,
  MR_E_PLUGIN = -11,
  MR_E_KEY = -12,
  MR_E_CONNECTION = -20,
  MR_E_TLS = -21,
  MR_E_AUTH = -22,
  MR_E_THROTTLED = -23,
  MR_E_OUTAGE = -24,
  MR_E_REFUSED = -25,
  MR_E_PROTOCOL = -26,
  MR_E_STALE = -27,
  MR_E_UNKNOWN_OUTCOME = -28,
  MR_TEXT = 1,
  MR_INT = 2,
  MR_BYTES = 3,
  MR_LIST = 4,
  MR_RECORD = 5
};
uint32_t mr_abi(void);
const char *mr_version(void);
int32_t mr_has(const char *feature);
mr_result mr_error_result(const mr_error *error);
const char *mr_error_message(const mr_error *error);
const char *mr_error_field(const mr_error *error, const char *name);
void mr_error_free(mr_error *error);
mr_record *mr_record_new(void);
mr_result mr_record_from_json(const char *json, mr_record **out, mr_error **err);
const char *mr_record_json(mr_record *record);
mr_result mr_record_set_text(mr_record *record, const char *name, const char *text);
mr_result mr_record_set_int(mr_record *record, const char *name, int64_t value);
mr_result mr_record_set_bytes(mr_record *record, const char *name, const void *bytes, size_t length);
mr_result mr_record_set_record(mr_record *record, const char *name, const mr_record *value);
mr_result mr_record_add_text(mr_record *record, const char *name, const char *text);
mr_result mr_record_add_int(mr_record *record, const char *name, int64_t value);
mr_result mr_record_add_record(mr_record *record, const char *name, const mr_record *value);
mr_result mr_record_text(const mr_record *record, const char *name, const char **text, size_t *length);
mr_result mr_record_int(const mr_record *record, const char *name, int64_t *value);
mr_result mr_record_bytes(const mr_record *record, const char *name, const void **bytes, size_t *length);
size_t mr_record_count(const mr_record *record, const char *name);
int32_t mr_record_item_type(const mr_record *record, const char *name, size_t index);
mr_result mr_record_item_text(const mr_record *record, const char *name, size_t index, const char **text, size_t *length);
mr_result mr_record_item_int(const mr_record *record, const char *name, size_t index, int64_t *value);
mr_result mr_record_item(const mr_record *record, const char *name, size_t index, const mr_record **item);
size_t mr_record_size(const mr_record *record);
const char *mr_record_name(const mr_record *record, size_t index);
int32_t mr_record_type(const mr_record *record, size_t index);
void mr_record_free(mr_record *record);
mr_result mr_open(const char *store, const mr_record *options, mr_engine **out, mr_error **err);
mr_result mr_start(mr_engine *engine, mr_error **err);
mr_result mr_stop(mr_engine *engine, mr_error **err);
void mr_close(mr_engine *engine);
mr_result mr_discover(mr_engine *engine, const char *address, mr_job **out, mr_error **err);
mr_result mr_authorize(mr_engine *engine, const mr_record *request, mr_record **out, mr_error **err);
mr_result mr_connect(mr_engine *engine, const mr_record *account, mr_job **out, mr_error **err);
mr_result mr_reconnect(mr_engine *engine, int64_t account, const mr_record *changes, mr_job **out, mr_error **err);
mr_result mr_disconnect(mr_engine *engine, int64_t account, const mr_record *options, mr_error **err);
mr_result mr_status(mr_engine *engine, int64_t account, mr_record **out, mr_error **err);
mr_result mr_token_put(mr_engine *engine, int64_t account, const mr_record *token, mr_error **err);
mr_result mr_check(mr_engine *engine, const char *what, const mr_record *arguments, mr_job **out, mr_error **err);
mr_result mr_maintain(mr_engine *engine, const char *what, const mr_record *arguments, mr_job **out, mr_error **err);
mr_result mr_sync(mr_engine *engine, int64_t account, const mr_record *options, mr_job **out, mr_error **err);
mr_result mr_audit(mr_engine *engine, int64_t account, const mr_record *options, mr_job **out, mr_error **err);
mr_result mr_find(mr_engine *engine, const char *kind, const mr_record *where, mr_cursor **out, mr_error **err);
mr_result mr_get(mr_engine *engine, const char *kind, int64_t id, mr_record **out, mr_error **err);
mr_result mr_put(mr_engine *engine, const char *kind, const mr_record *values, int64_t *id, mr_error **err);
mr_result mr_update(mr_engine *engine, const char *kind, int64_t id, const mr_record *values, mr_error **err);
mr_result mr_remove(mr_engine *engine, const char *kind, int64_t id, mr_error **err);
mr_result mr_blob_open(mr_engine *engine, int64_t message, const char *part, mr_blob **out, mr_error **err);
mr_result mr_blob_read(mr_blob *blob, void *buffer, size_t capacity, size_t *length, mr_error **err);
mr_result mr_blob_new(mr_engine *engine, mr_blob **out, mr_error **err);
mr_result mr_blob_write(mr_blob *blob, const void *bytes, size_t length, mr_error **err);
mr_result mr_blob_seal(mr_blob *blob, int64_t *id, mr_error **err);
void mr_blob_free(mr_blob *blob);
mr_result mr_send(mr_engine *engine, int64_t account, const mr_record *message, int64_t *send, mr_error **err);
mr_result mr_resend(mr_engine *engine, int64_t send, const mr_record *options, mr_error **err);
mr_result mr_resend_all(mr_engine *engine, const mr_record *where, int64_t *count, mr_error **err);
mr_result mr_cancel(mr_engine *engine, int64_t send, mr_error **err);
mr_result mr_send_wait(mr_engine *engine, int64_t send, int32_t timeout_ms, mr_record **out, mr_error **err);
mr_result mr_cursor_next(mr_cursor *cursor, const mr_record **row, mr_error **err);
void mr_cursor_free(mr_cursor *cursor);
int64_t mr_job_id(const mr_job *job);
mr_result mr_job_open(mr_engine *engine, int64_t id, mr_job **out, mr_error **err);
mr_result mr_job_wait(mr_job *job, int32_t timeout_ms, mr_record **result, mr_error **err);
mr_result mr_job_progress(mr_job *job, mr_record **out, mr_error **err);
void mr_job_cancel(mr_job *job);
void mr_job_free(mr_job *job);
mr_result mr_changes(mr_engine *engine, int64_t after, const mr_record *where, mr_cursor **out, mr_error **err);
mr_result mr_events_open(mr_engine *engine, mr_events **out, mr_error **err);
int mr_events_fd(const mr_events *events);
mr_result mr_events_wait(mr_events *events, int32_t timeout_ms, int64_t *latest, mr_error **err);
void mr_events_free(mr_events *events);
mr_result mr_call(mr_engine *engine, int64_t account, const char *operation, const mr_record *arguments, mr_job **out, mr_error **err);
