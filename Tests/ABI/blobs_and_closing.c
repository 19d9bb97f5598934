/* Blobs of a stored message, and what handles answer after mr_close. Argument: an empty directory. */
#include <stdint.h>
#include "check.h"
#include "maildir.h"

static mr_error *error;

static void bodies(mr_engine *engine, int64_t account, const char *directory) {
  mr_job *job = NULL;
  mr_cursor *cursor = NULL;
  const mr_record *row = NULL;
  mr_blob *blob = NULL;
  int64_t message = 0;
  size_t length = 7, total = 0;
  char buffer[16];
  char path[4000];
  FILE *file;
  static const char text[] = "From: bob@example.com\r\nTo: ann@example.com\r\nSubject: hello\r\nMessage-ID: <1@example.com>\r\n\r\nhello\r\n";
  snprintf(path, sizeof path, "%s/mail/new/1700000000.M1P1.host", directory);
  file = fopen(path, "wb");
  if (!file) { CHECK(!"the message can be written"); return; }
  fputs(text, file);
  fclose(file);
  GIVES(MR_OK, mr_sync(engine, account, NULL, &job, &error));
  GIVES(MR_OK, mr_job_wait(job, 20000, NULL, &error));
  mr_job_free(job);
  GIVES(MR_OK, mr_find(engine, "message", NULL, &cursor, &error));
  GIVES(MR_OK, mr_cursor_next(cursor, &row, &error));
  CHECK(mr_record_int(row, "id", &message) == MR_OK && message > 0);
  GIVES(MR_END, mr_cursor_next(cursor, &row, &error));
  CHECK(row == NULL);
  GIVES(MR_END, mr_cursor_next(cursor, &row, &error));
  mr_cursor_free(cursor);

  FAILS(MR_E_NOT_FOUND, mr_blob_open(engine, message, "99", &blob, &error));
  FAILS(MR_E_NOT_FOUND, mr_blob_open(engine, message, "../../etc/passwd", &blob, &error));
  GIVES(MR_OK, mr_blob_open(engine, message, NULL, &blob, &error));
  INVALID("buffer", mr_blob_read(blob, NULL, 1, &length, &error));
  INVALID("capacity", mr_blob_read(blob, buffer, 0, &length, &error));
  INVALID("capacity", mr_blob_read(blob, buffer, SIZE_MAX, &length, &error));
  INVALID("length", mr_blob_read(blob, buffer, sizeof buffer, NULL, &error));
  INVALID("blob", mr_blob_write(blob, "x", 1, &error));
  INVALID("blob", mr_blob_seal(blob, &message, &error));
  do {
    GIVES(MR_OK, mr_blob_read(blob, buffer, sizeof buffer, &length, &error));
    CHECK(length <= sizeof buffer && total + length <= sizeof text - 1 && memcmp(buffer, text + total, length) == 0);
    total += length;
  } while (length > 0 && total < sizeof text);
  CHECK(total == sizeof text - 1);
  mr_blob_free(blob);
}

/* After mr_close the other handles answer MR_E_CLOSED, and are freed. */
static void closed(mr_engine *engine) {
  mr_cursor *cursor = NULL;
  mr_blob *blob = NULL;
  mr_events *events = NULL;
  mr_job *job = NULL;
  mr_record *out = NULL;
  const mr_record *row, *first;
  mr_cursor *jobs = NULL;
  int64_t id = 0;
  GIVES(MR_OK, mr_find(engine, "job", NULL, &jobs, &error));
  GIVES(MR_OK, mr_cursor_next(jobs, &first, &error));
  CHECK(mr_record_int(first, "id", &id) == MR_OK);
  GIVES(MR_OK, mr_job_open(engine, id, &job, &error));
  GIVES(MR_OK, mr_find(engine, "account", NULL, &cursor, &error));
  GIVES(MR_OK, mr_blob_new(engine, &blob, &error));
  GIVES(MR_OK, mr_events_open(engine, &events, &error));
  mr_close(engine);
  FAILS(MR_E_CLOSED, mr_cursor_next(cursor, &row, &error));
  FAILS(MR_E_CLOSED, mr_blob_write(blob, "x", 1, &error));
  FAILS(MR_E_CLOSED, mr_events_wait(events, 0, NULL, &error));
  FAILS(MR_E_CLOSED, mr_job_wait(job, 0, NULL, &error));
  FAILS(MR_E_CLOSED, mr_job_progress(job, &out, &error));
  CHECK(mr_job_id(job) == id);
  mr_job_cancel(job);
  mr_events_free(events);
  mr_cursor_free(cursor);
  mr_cursor_free(jobs);
  mr_blob_free(blob);
  mr_job_free(job);
}

int main(int count, char **arguments) {
  mr_engine *engine = NULL;
  char store[4000];
  if (count != 2 || strlen(arguments[1]) >= 3000) return 2;
  snprintf(store, sizeof store, "%s/store.db", arguments[1]);
  GIVES(MR_OK, mr_open(store, NULL, &engine, &error));
  if (!engine) return finish();
  int64_t account = connected(engine, arguments[1]);
  bodies(engine, account, arguments[1]);
  closed(engine);
  return finish();
}
