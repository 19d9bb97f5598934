/* NULL, and handles of another type, for every parameter of every function. No engine is needed. */
#include "check.h"

static mr_error *error;

/* Memory that is no handle, aligned as one. */
static union { long long number[8]; void *pointer; } foreign;

static void library(void) {
  CHECK(mr_abi() >> 16 == 1);
  CHECK(strlen(mr_version()) >= 5);
  CHECK(mr_has(NULL) == 0);
  CHECK(mr_has("") == 0);
  CHECK(mr_has("no such feature") == 0);
  CHECK(mr_has("\xff\xfe") == 0);
  CHECK(mr_has("sync") == 1);
  CHECK(mr_has("audit") == 1);
  CHECK(mr_has("maintain") == 0);
}

static void freeing_nothing(void) {
  mr_error_free(NULL);
  mr_record_free(NULL);
  mr_close(NULL);
  mr_blob_free(NULL);
  mr_cursor_free(NULL);
  mr_job_free(NULL);
  mr_job_cancel(NULL);
  mr_events_free(NULL);
}

static void errors(void) {
  mr_record *record = mr_record_new();
  CHECK(mr_error_result(NULL) == MR_OK);
  CHECK(strcmp(mr_error_message(NULL), "") == 0);
  CHECK(mr_error_field(NULL, "code") == NULL);
  CHECK(mr_error_result((mr_error *)record) == MR_E_INVALID);
  CHECK(strcmp(mr_error_message((mr_error *)record), "") == 0);
  CHECK(mr_open(NULL, NULL, (mr_engine **)&foreign.pointer, &error) == MR_E_INVALID);
  CHECK(foreign.pointer == NULL);
  CHECK(strcmp(mr_error_field(error, "code"), "MR_E_INVALID") == 0);
  CHECK(strcmp(mr_error_field(error, "field"), "store") == 0);
  CHECK(strcmp(mr_error_field(error, "message"), mr_error_message(error)) == 0);
  CHECK(mr_error_field(error, NULL) == NULL);
  CHECK(mr_error_field(error, "") == NULL);
  CHECK(mr_error_field(error, "smtp") == NULL);
  CHECK(mr_error_field(error, "no such fact") == NULL);
  mr_error_free(error);
  mr_record_free(record);
}

static void records(void) {
  mr_record *record = mr_record_new();
  const mr_record *item = record;
  const char *text = "x";
  const void *bytes = "x";
  size_t length = 7;
  int64_t number = 7;
  CHECK(mr_record_set_text(NULL, "a", "b") == MR_E_INVALID);
  CHECK(mr_record_set_int(NULL, "a", 1) == MR_E_INVALID);
  CHECK(mr_record_set_bytes(NULL, "a", "b", 1) == MR_E_INVALID);
  CHECK(mr_record_set_record(NULL, "a", record) == MR_E_INVALID);
  CHECK(mr_record_add_text(NULL, "a", "b") == MR_E_INVALID);
  CHECK(mr_record_add_int(NULL, "a", 1) == MR_E_INVALID);
  CHECK(mr_record_add_record(NULL, "a", record) == MR_E_INVALID);
  CHECK(mr_record_set_text(record, NULL, "b") == MR_E_INVALID);
  CHECK(mr_record_set_text(record, "a", NULL) == MR_E_INVALID);
  CHECK(mr_record_set_bytes(record, "a", NULL, 1) == MR_E_INVALID);
  CHECK(mr_record_set_record(record, "a", NULL) == MR_E_INVALID);
  CHECK(mr_record_add_record(record, "a", NULL) == MR_E_INVALID);
  CHECK(mr_record_size(record) == 0);
  CHECK(mr_record_text(NULL, "a", &text, &length) == MR_E_INVALID && text == NULL && length == 0);
  CHECK(mr_record_int(NULL, "a", &number) == MR_E_INVALID && number == 0);
  CHECK(mr_record_bytes(NULL, "a", &bytes, &length) == MR_E_INVALID && bytes == NULL);
  CHECK(mr_record_item(NULL, "a", 0, &item) == MR_E_INVALID && item == NULL);
  CHECK(mr_record_item_text(NULL, "a", 0, &text, &length) == MR_E_INVALID);
  CHECK(mr_record_item_int(NULL, "a", 0, &number) == MR_E_INVALID);
  CHECK(mr_record_item_type(NULL, "a", 0) == 0);
  CHECK(mr_record_count(NULL, "a") == 0);
  CHECK(mr_record_size(NULL) == 0);
  CHECK(mr_record_name(NULL, 0) == NULL);
  CHECK(mr_record_type(NULL, 0) == 0);
  CHECK(mr_record_json(NULL) == NULL);
  mr_record_free(record);

  record = mr_record_new();
  CHECK(mr_record_set_text(record, "a", "b") == MR_OK);
  CHECK(mr_record_text(record, NULL, &text, NULL) == MR_E_INVALID);
  CHECK(mr_record_text(record, "a", NULL, NULL) == MR_E_INVALID);
  CHECK(mr_record_int(record, "a", NULL) == MR_E_INVALID);
  CHECK(mr_record_bytes(record, "a", NULL, NULL) == MR_E_INVALID);
  CHECK(mr_record_item(record, "a", 0, NULL) == MR_E_INVALID);
  INVALID("json", mr_record_from_json(NULL, &record, &error));
  CHECK(record == NULL);
  INVALID("out", mr_record_from_json("{}", NULL, &error));
  CHECK(mr_record_from_json(NULL, NULL, NULL) == MR_E_INVALID);
}

/* Every function that takes a handle, with NULL, with a handle of another type, and with memory that is none. */
static void handles(void *wrong) {
  mr_engine *engine = (mr_engine *)wrong;
  mr_record *record = NULL, *out = (mr_record *)&foreign;
  mr_cursor *cursor = NULL;
  mr_blob *blob = NULL;
  mr_job *job = NULL;
  mr_events *events = NULL;
  const mr_record *row = (const mr_record *)&foreign;
  int64_t id = 7;
  size_t length = 7;
  char buffer[8];

  INVALID("engine", mr_start(engine, &error));
  INVALID("engine", mr_stop(engine, &error));
  INVALID("engine", mr_discover(engine, "ann@example.com", &job, &error));
  INVALID("engine", mr_authorize(engine, record, &out, &error));
  CHECK(out == NULL);
  INVALID("engine", mr_connect(engine, record, &job, &error));
  INVALID("engine", mr_reconnect(engine, 1, record, &job, &error));
  INVALID("engine", mr_disconnect(engine, 1, record, &error));
  INVALID("engine", mr_status(engine, 1, &out, &error));
  INVALID("engine", mr_token_put(engine, 1, record, &error));
  INVALID("engine", mr_check(engine, "doctor", record, &job, &error));
  INVALID("engine", mr_maintain(engine, "compact", record, &job, &error));
  INVALID("engine", mr_sync(engine, 1, record, &job, &error));
  INVALID("engine", mr_audit(engine, 1, record, &job, &error));
  INVALID("engine", mr_find(engine, "account", record, &cursor, &error));
  INVALID("engine", mr_get(engine, "account", 1, &out, &error));
  INVALID("engine", mr_put(engine, "company", record, &id, &error));
  CHECK(id == 0);
  INVALID("engine", mr_update(engine, "company", 1, record, &error));
  INVALID("engine", mr_remove(engine, "company", 1, &error));
  INVALID("engine", mr_blob_open(engine, 1, NULL, &blob, &error));
  INVALID("engine", mr_blob_new(engine, &blob, &error));
  INVALID("engine", mr_send(engine, 1, record, &id, &error));
  INVALID("engine", mr_resend(engine, 1, record, &error));
  INVALID("engine", mr_resend_all(engine, record, &id, &error));
  INVALID("engine", mr_cancel(engine, 1, &error));
  INVALID("engine", mr_send_wait(engine, 1, 0, &out, &error));
  INVALID("engine", mr_job_open(engine, 1, &job, &error));
  INVALID("engine", mr_changes(engine, 0, record, &cursor, &error));
  INVALID("engine", mr_events_open(engine, &events, &error));
  INVALID("engine", mr_call(engine, 1, "x", record, &job, &error));
  CHECK(job == NULL && cursor == NULL && blob == NULL && events == NULL && out == NULL);

  INVALID("blob", mr_blob_read((mr_blob *)wrong, buffer, sizeof buffer, &length, &error));
  CHECK(length == 0);
  INVALID("blob", mr_blob_write((mr_blob *)wrong, "x", 1, &error));
  INVALID("blob", mr_blob_seal((mr_blob *)wrong, &id, &error));
  INVALID("cursor", mr_cursor_next((mr_cursor *)wrong, &row, &error));
  CHECK(row == NULL);
  INVALID("job", mr_job_wait((mr_job *)wrong, 0, &out, &error));
  INVALID("job", mr_job_progress((mr_job *)wrong, &out, &error));
  INVALID("events", mr_events_wait((mr_events *)wrong, 0, &id, &error));
  CHECK(mr_job_id((mr_job *)wrong) == 0);
  CHECK(mr_events_fd((mr_events *)wrong) == -1);

  /* Freeing what is no handle of the type does nothing, and must not end the process. */
  mr_close(engine);
  mr_blob_free((mr_blob *)wrong);
  mr_cursor_free((mr_cursor *)wrong);
  mr_job_free((mr_job *)wrong);
  mr_job_cancel((mr_job *)wrong);
  mr_events_free((mr_events *)wrong);
  mr_error_free((mr_error *)wrong);
}

/* Each of them once more without an error to fill in. */
static void without_error(void) {
  CHECK(mr_open(NULL, NULL, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_start(NULL, NULL) == MR_E_INVALID);
  CHECK(mr_connect(NULL, NULL, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_find(NULL, NULL, NULL, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_send(NULL, 0, NULL, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_cursor_next(NULL, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_blob_read(NULL, NULL, 0, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_job_wait(NULL, -1, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_events_wait(NULL, -1, NULL, NULL) == MR_E_INVALID);
  CHECK(mr_call(NULL, 0, NULL, NULL, NULL, NULL) == MR_E_INVALID);
}

int main(void) {
  library();
  freeing_nothing();
  errors();
  records();
  handles(NULL);
  mr_record *record = mr_record_new();
  handles(record);
  CHECK(mr_record_set_text(record, "still", "alive") == MR_OK);
  mr_record_free(record);
  memset(&foreign, 0x5a, sizeof foreign);
  handles(&foreign);
  handles((void *)1);
  handles((char *)&foreign + 1);
  without_error();
  return finish();
}
