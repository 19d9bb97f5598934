/* Bad input to every function that takes more than a handle, on a real store with one Maildir account. What is refused must
 * have changed nothing: no row, and no number in the change feed. Argument: an empty directory. */
#include <stdint.h>
#include "check.h"
#include "maildir.h"

static mr_error *error;
static char directory[3000];

static const char *path(const char *name) {
  static char joined[4][4000];
  static int next;
  char *to = joined[next++ % 4];
  snprintf(to, sizeof joined[0], "%s/%s", directory, name);
  return to;
}

/* A call with a record written as JSON, which is freed afterwards. */
#define WITH(json, check) \
  do { mr_record *record = from_json(json); check; mr_record_free(record); } while (0)

static int64_t count(mr_engine *engine, const char *kind) {
  mr_cursor *cursor = NULL;
  const mr_record *row;
  int64_t rows = 0;
  GIVES(MR_OK, mr_find(engine, kind, NULL, &cursor, &error));
  while (cursor && mr_cursor_next(cursor, &row, NULL) == MR_OK) rows++;
  mr_cursor_free(cursor);
  return rows;
}

static int64_t latest_change(mr_engine *engine) {
  mr_cursor *cursor = NULL;
  const mr_record *row;
  int64_t latest = 0;
  GIVES(MR_OK, mr_changes(engine, 0, NULL, &cursor, &error));
  while (cursor && mr_cursor_next(cursor, &row, NULL) == MR_OK) mr_record_int(row, "number", &latest);
  mr_cursor_free(cursor);
  return latest;
}

static void opening(void) {
  mr_engine *engine = (mr_engine *)directory;
  char *longest = (char *)malloc(10001);
  FILE *file;
  memset(longest, 'x', 10000);
  longest[10000] = 0;
  INVALID("store", mr_open(NULL, NULL, &engine, &error));
  CHECK(engine == NULL);
  INVALID("store", mr_open("", NULL, &engine, &error));
  INVALID("store", mr_open("\xff.db", NULL, &engine, &error));
  INVALID("store", mr_open(longest, NULL, &engine, &error));
  INVALID("out", mr_open(path("a.db"), NULL, NULL, &error));
  INVALID("options", mr_open(path("a.db"), (mr_record *)longest, &engine, &error));
  WITH("{\"colour\":\"red\"}", INVALID("colour", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"work\":7}", INVALID("work", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"work\":\"sometimes\"}", INVALID("work", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"key\":\"short\"}", INVALID("key", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"key\":5}", INVALID("key", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"lease_ms\":5}", INVALID("lease_ms", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"lease_ms\":9223372036854775807}", INVALID("lease_ms", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"poll_ms\":-1}", INVALID("poll_ms", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"changes_keep_days\":-1}", INVALID("changes_keep_days", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"create\":\"no\"}", INVALID("create", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"create\":2}", INVALID("create", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"plugins\":[\"relative/path\"]}", INVALID("plugins", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"plugins\":[7]}", INVALID("plugins", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"plugins\":{\"a\":1}}", INVALID("plugins", mr_open(path("a.db"), record, &engine, &error)));
  WITH("{\"create\":0}", FAILS(MR_E_NOT_FOUND, mr_open(path("a.db"), record, &engine, &error)));
  CHECK(engine == NULL);
  file = fopen(path("a.db"), "rb");
  CHECK(file == NULL);
  if (file) fclose(file);
  free(longest);

  FAILS(MR_E_STORE, mr_open(directory, NULL, &engine, &error));
  FAILS(MR_E_STORE, mr_open(path("no such directory/a.db"), NULL, &engine, &error));
  file = fopen(path("text.db"), "wb");
  for (int line = 0; line < 1000; line++) fputs("This is no database, and stays as it is.\n", file);
  fclose(file);
  FAILS(MR_E_STORE, mr_open(path("text.db"), NULL, &engine, &error));
  CHECK(engine == NULL);

  /* A field that was refused is named by the function that the record is given to, until it is set well. */
  mr_record *options = mr_record_new();
  CHECK(mr_record_set_text(options, "ca_file", "\xff") == MR_E_INVALID);
  INVALID("ca_file", mr_open(path("a.db"), options, &engine, &error));
  CHECK(mr_record_set_bytes(options, "key", "x", SIZE_MAX) == MR_E_INVALID);
  INVALID("ca_file", mr_open(path("a.db"), options, &engine, &error));
  CHECK(mr_record_set_text(options, "ca_file", path("ca.pem")) == MR_OK);
  INVALID("key", mr_open(path("a.db"), options, &engine, &error));
  mr_record_free(options);
}

static void accounts(mr_engine *engine, int64_t account) {
  mr_job *job = NULL;
  mr_record *out = NULL;
  INVALID("account", mr_connect(engine, NULL, &job, &error));
  WITH("{}", INVALID("address", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":7}", INVALID("address", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"\"}", INVALID("address", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"no at sign\"}", INVALID("address", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@b\\r\\nBcc: c@d\"}", INVALID("address", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com, b@example.com\"}", INVALID("address", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":7}", INVALID("provider", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":\"nosuch\"}",
       INVALID("provider", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":\"maildir\",\"path\":\"/x\",\"colour\":\"red\"}",
       INVALID("colour", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":\"maildir\",\"path\":7}",
       INVALID("path", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":\"maildir\",\"path\":[\"x\"]}",
       INVALID("path", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":\"maildir\",\"path\":\"/x\",\"company\":\"seven\"}",
       INVALID("company", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":\"maildir\",\"path\":\"/x\",\"state\":\"enabled\"}",
       INVALID("state", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\",\"provider\":\"maildir\",\"path\":\"/x\",\"display_name\":\"a\\r\\nBcc: x@y.example\"}",
       INVALID("display_name", mr_connect(engine, record, &job, &error)));
  WITH("{\"address\":\"a@example.com\"}", INVALID("out", mr_connect(engine, record, NULL, &error)));

  WITH("{\"colour\":\"red\"}", INVALID("colour", mr_reconnect(engine, account, record, &job, &error)));
  WITH("{\"path\":7}", INVALID("path", mr_reconnect(engine, account, record, &job, &error)));
  WITH("{\"user_key\":[7]}", INVALID("user_key", mr_reconnect(engine, account, record, &job, &error)));
  FAILS(MR_E_NOT_FOUND, mr_reconnect(engine, 999999, NULL, &job, &error));
  FAILS(MR_E_NOT_FOUND, mr_reconnect(engine, INT64_MIN, NULL, &job, &error));
  WITH("{\"erase\":\"yes\"}", INVALID("erase", mr_disconnect(engine, account, record, &error)));
  WITH("{\"erase\":1,\"colour\":1}", INVALID("colour", mr_disconnect(engine, account, record, &error)));
  FAILS(MR_E_NOT_FOUND, mr_disconnect(engine, 999999, NULL, &error));
  FAILS(MR_E_NOT_FOUND, mr_status(engine, 999999, &out, &error));
  FAILS(MR_E_NOT_FOUND, mr_status(engine, -1, &out, &error));
  INVALID("out", mr_status(engine, account, NULL, &error));
  CHECK(job == NULL && out == NULL);

  INVALID("address", mr_discover(engine, NULL, &job, &error));
  INVALID("address", mr_discover(engine, "\xff", &job, &error));
  INVALID("address", mr_discover(engine, "ann", &job, &error));
  INVALID("address", mr_discover(engine, "ann@", &job, &error));

  /* What this version lacks says so, and says bad input first. */
  INVALID("request", mr_authorize(engine, NULL, &out, &error));
  WITH("{}", INVALID("address", mr_authorize(engine, record, &out, &error)));
  WITH("{\"address\": \"ann@example.com\", \"oauth\": \"google\"}", INVALID("client_id", mr_authorize(engine, record, &out, &error)));
  WITH("{\"address\": \"ann@example.com\", \"oauth\": \"google\", \"client_id\": \"x\"}",
       INVALID("redirect_uri", mr_authorize(engine, record, &out, &error)));
  WITH("{\"state\": \"x\", \"error\": \"access_denied\"}", INVALID("state", mr_authorize(engine, record, &out, &error)));
  INVALID("token", mr_token_put(engine, account, NULL, &error));
  WITH("{}", FAILS(MR_E_UNSUPPORTED, mr_token_put(engine, account, record, &error)));
  INVALID("what", mr_check(engine, NULL, NULL, &job, &error));
  INVALID("account", mr_check(engine, "doctor", NULL, &job, &error));
  INVALID("what", mr_maintain(engine, NULL, NULL, &job, &error));
  FAILS(MR_E_UNSUPPORTED, mr_maintain(engine, "compact", NULL, &job, &error));
  INVALID("what", mr_check(engine, "no such check", NULL, &job, &error));
  INVALID("account", mr_check(engine, "verify", NULL, &job, &error));
  FAILS(MR_E_NOT_FOUND, mr_audit(engine, 1LL << 40, NULL, &job, &error));
  WITH("{\"heal\":2}", INVALID("heal", mr_audit(engine, account, record, &job, &error)));
  WITH("{\"walk\":2}", INVALID("walk", mr_sync(engine, account, record, &job, &error)));
  CHECK(job == NULL && out == NULL);
}

static void finding(mr_engine *engine) {
  mr_cursor *cursor = NULL;
  mr_record *out = NULL;
  int64_t id = 7;
  INVALID("kind", mr_find(engine, NULL, NULL, &cursor, &error));
  INVALID("kind", mr_find(engine, "", NULL, &cursor, &error));
  INVALID("kind", mr_find(engine, "nosuch", NULL, &cursor, &error));
  INVALID("kind", mr_find(engine, "account; DROP TABLE account", NULL, &cursor, &error));
  INVALID("kind", mr_find(engine, "\xff", NULL, &cursor, &error));
  INVALID("out", mr_find(engine, "account", NULL, NULL, &error));
  WITH("{\"nosuch\":1}", INVALID("nosuch", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"id\":\"one\"}", INVALID("id", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"address\":1}", INVALID("address", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"id.in\":7}", INVALID("id.in", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"id.in\":[\"x\"]}", INVALID("id.in", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"id.like\":1}", INVALID("id.like", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"advice\":\"x\"}", INVALID("advice", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"order\":\"nosuch\"}", INVALID("order", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"order\":\"id; DROP TABLE account\"}", INVALID("order", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"order\":7}", INVALID("order", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"limit\":-1}", INVALID("limit", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"limit\":\"x\"}", INVALID("limit", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"fields\":[\"nosuch\"]}", INVALID("fields", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"fields\":7}", INVALID("fields", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"after\":\"x\"}", INVALID("after", mr_find(engine, "account", record, &cursor, &error)));
  WITH("{\"limit\":9223372036854775807}", GIVES(MR_OK, mr_find(engine, "account", record, &cursor, &error)));
  INVALID("row", mr_cursor_next(cursor, NULL, &error));
  mr_cursor_free(cursor);
  cursor = NULL;
  WITH("{\"nosuch\":1}", INVALID("nosuch", mr_changes(engine, 0, record, &cursor, &error)));
  WITH("{\"account\":\"x\"}", INVALID("account", mr_changes(engine, 0, record, &cursor, &error)));
  INVALID("out", mr_changes(engine, 0, NULL, NULL, &error));
  INVALID("after", mr_changes(engine, -1, NULL, &cursor, &error));
  CHECK(cursor == NULL);

  INVALID("kind", mr_get(engine, "nosuch", 1, &out, &error));
  FAILS(MR_E_NOT_FOUND, mr_get(engine, "account", 999999, &out, &error));
  FAILS(MR_E_NOT_FOUND, mr_get(engine, "message", INT64_MAX, &out, &error));
  FAILS(MR_E_NOT_FOUND, mr_get(engine, "send", INT64_MIN, &out, &error));
  WITH("{\"name\":\"x\"}", INVALID("kind", mr_put(engine, "nosuch", record, &id, &error)));
  INVALID("values", mr_put(engine, "company", NULL, &id, &error));
  WITH("{\"key\":\"k\"}", INVALID("id", mr_put(engine, "company", record, NULL, &error)));
  WITH("{\"key\":[7]}", INVALID("key", mr_put(engine, "company", record, &id, &error)));
  WITH("{\"key\":\"k\",\"colour\":1}", INVALID("colour", mr_put(engine, "company", record, &id, &error)));
  WITH("{\"key\":\"k\",\"id\":1}", INVALID("id", mr_put(engine, "company", record, &id, &error)));
  WITH("{\"key\":\"k\",\"name\":{\"a\":1}}", INVALID("name", mr_put(engine, "company", record, &id, &error)));
  WITH("{\"name\":\"without a key\"}", INVALID("key", mr_put(engine, "company", record, &id, &error)));
  WITH("{\"subject\":\"x\"}", CHECK(mr_put(engine, "message", record, &id, NULL) < 0));
  CHECK(id == 0);
  INVALID("values", mr_update(engine, "company", 1, NULL, &error));
  WITH("{\"name\":\"x\"}", INVALID("kind", mr_update(engine, "nosuch", 1, record, &error)));
  WITH("{\"name\":\"x\"}", FAILS(MR_E_NOT_FOUND, mr_update(engine, "company", 999999, record, &error)));
  FAILS(MR_E_NOT_FOUND, mr_remove(engine, "company", 999999, &error));
  INVALID("kind", mr_remove(engine, "nosuch", 1, &error));
}

/* `to` is good in all but the first ones; each other field is bad once. */
static void sending(mr_engine *engine, int64_t account) {
  static const struct { const char *field, *json; } bad[] = {
    {"to", "{}"},
    {"to", "{\"to\":[],\"text\":\"x\"}"},
    {"to", "{\"to\":7}"},
    {"to", "{\"to\":[7]}"},
    {"to", "{\"to\":[\"\"]}"},
    {"to", "{\"to\":[\"no at sign\"]}"},
    {"to", "{\"to\":[\"a@example.com\\r\\nRCPT TO:<b@example.com>\"]}"},
    {"cc", "{\"to\":[\"b@example.com\"],\"cc\":[\"<<>>\"]}"},
    {"bcc", "{\"to\":[\"b@example.com\"],\"bcc\":[{\"address\":\"x\"}]}"},
    {"from", "{\"to\":[\"b@example.com\"],\"from\":\"nobody\"}"},
    {"from", "{\"to\":[\"b@example.com\"],\"from\":\"a@example.com\\nBcc: c@example.com\"}"},
    {"reply_to", "{\"to\":[\"b@example.com\"],\"reply_to\":[\"x\\r\\ny\"]}"},
    {"subject", "{\"to\":[\"b@example.com\"],\"subject\":\"a\\r\\nBcc: c@example.com\"}"},
    {"subject", "{\"to\":[\"b@example.com\"],\"subject\":\"a\\nb\"}"},
    {"subject", "{\"to\":[\"b@example.com\"],\"subject\":7}"},
    {"text", "{\"to\":[\"b@example.com\"],\"text\":[\"x\"]}"},
    {"html", "{\"to\":[\"b@example.com\"],\"html\":7}"},
    {"headers", "{\"to\":[\"b@example.com\"],\"headers\":[{\"name\":\"X-A\",\"value\":\"a\\r\\nBcc: c@example.com\"}]}"},
    {"headers", "{\"to\":[\"b@example.com\"],\"headers\":[{\"name\":\"X A\",\"value\":\"a\"}]}"},
    {"headers", "{\"to\":[\"b@example.com\"],\"headers\":[{\"name\":\"X-A:\\r\\nBcc\",\"value\":\"a\"}]}"},
    {"headers", "{\"to\":[\"b@example.com\"],\"headers\":[{\"name\":\"X-A\",\"value\":\"a\",\"colour\":1}]}"},
    {"headers", "{\"to\":[\"b@example.com\"],\"headers\":[\"X-A: a\"]}"},
    {"in_reply_to", "{\"to\":[\"b@example.com\"],\"in_reply_to\":\"a@b>\\r\\nBcc: c@example.com\"}"},
    {"references", "{\"to\":[\"b@example.com\"],\"references\":[\"a@b\\r\\nBcc: c@example.com\"]}"},
    {"message_id", "{\"to\":[\"b@example.com\"],\"message_id\":\"a b\\r\\nc\"}"},
    {"attachments", "{\"to\":[\"b@example.com\"],\"attachments\":[{}]}"},
    {"attachments", "{\"to\":[\"b@example.com\"],\"attachments\":[{\"data\":\"x\",\"blob\":1}]}"},
    {"attachments", "{\"to\":[\"b@example.com\"],\"attachments\":[{\"data\":\"x\",\"type\":\"text\\r\\nX: y\"}]}"},
    {"attachments", "{\"to\":[\"b@example.com\"],\"attachments\":[{\"data\":\"x\",\"content_id\":\"a>\\r\\nX: y\"}]}"},
    {"attachments", "{\"to\":[\"b@example.com\"],\"attachments\":[{\"data\":\"x\",\"colour\":1}]}"},
    {"attachments", "{\"to\":[\"b@example.com\"],\"attachments\":[7]}"},
    {"colour", "{\"to\":[\"b@example.com\"],\"colour\":\"red\"}"},
    {"idempotency_key", "{\"to\":[\"b@example.com\"],\"idempotency_key\":[7]}"},
    {"send_at", "{\"to\":[\"b@example.com\"],\"send_at\":\"tomorrow\"}"},
    {"raw", "{\"raw\":7}"},
    {"raw", "{\"raw\":\"\"}"},
    {"recipients", "{\"raw\":\"From: ann@example.com\\r\\nSubject: x\\r\\n\\r\\nx\\r\\n\",\"recipients\":[\"nobody\"]}"},
  };
  int64_t send = 7, number = 7;
  mr_record *out = NULL;
  for (size_t index = 0; index < sizeof bad / sizeof *bad; index++) {
    mr_record *message = from_json(bad[index].json);
    mr_result result = mr_send(engine, account, message, &send, &error);
    int before = failures;
    refused(__LINE__, bad[index].json, MR_E_INVALID, bad[index].field, result, &error);
    if (send != 0 && before == failures) { failures++; printf("%s: *send is %lld\n", bad[index].json, (long long)send); }
    mr_record_free(message);
  }
  INVALID("message", mr_send(engine, account, NULL, &send, &error));
  WITH("{\"to\":[\"b@example.com\"]}", INVALID("send", mr_send(engine, account, record, NULL, &error)));
  WITH("{\"to\":[\"b@example.com\"]}", FAILS(MR_E_NOT_FOUND, mr_send(engine, 999999, record, &send, &error)));
  WITH("{\"to\":[\"b@example.com\"],\"attachments\":[{\"blob\":999999}]}",
       CHECK(mr_send(engine, account, record, &send, NULL) < 0));

  mr_record *message = mr_record_new();
  CHECK(mr_record_set_text(message, "to", "b@example.com") == MR_OK);
  CHECK(mr_record_set_text(message, "subject", "\xff") == MR_E_INVALID);
  INVALID("subject", mr_send(engine, account, message, &send, &error));
  mr_record_free(message);
  message = mr_record_new();
  CHECK(mr_record_set_text(message, "to", "b@example.com") == MR_OK);
  CHECK(mr_record_set_bytes(message, "subject", "a\0b", 3) == MR_OK);
  INVALID("subject", mr_send(engine, account, message, &send, &error));
  mr_record_free(message);

  FAILS(MR_E_NOT_FOUND, mr_resend(engine, 999999, NULL, &error));
  WITH("{\"colour\":1}", INVALID("colour", mr_resend(engine, 999999, record, &error)));
  WITH("{\"to\":7}", INVALID("to", mr_resend(engine, 999999, record, &error)));
  WITH("{\"colour\":1}", INVALID("colour", mr_resend_all(engine, record, &number, &error)));
  WITH("{\"account\":\"x\"}", INVALID("account", mr_resend_all(engine, record, &number, &error)));
  GIVES(MR_OK, mr_resend_all(engine, NULL, NULL, &error));
  FAILS(MR_E_NOT_FOUND, mr_cancel(engine, 999999, &error));
  FAILS(MR_E_NOT_FOUND, mr_send_wait(engine, 999999, 0, &out, &error));
  INVALID("out", mr_send_wait(engine, 999999, 0, NULL, &error));
  CHECK(send == 0 && out == NULL);
}

static void others(mr_engine *engine, int64_t account) {
  mr_job *job = NULL;
  mr_blob *blob = NULL;
  mr_events *events = NULL;
  int64_t id = 7;
  size_t length = 7;
  char byte;
  WITH("{\"colour\":1}", INVALID("colour", mr_sync(engine, account, record, &job, &error)));
  WITH("{\"folder\":7}", INVALID("folder", mr_sync(engine, account, record, &job, &error)));
  FAILS(MR_E_NOT_FOUND, mr_sync(engine, 999999, NULL, &job, &error));
  FAILS(MR_E_NOT_FOUND, mr_job_open(engine, 999999, &job, &error));
  INVALID("operation", mr_call(engine, account, NULL, NULL, &job, &error));
  INVALID("operation", mr_call(engine, account, "\xff", NULL, &job, &error));
  FAILS(MR_E_UNSUPPORTED, mr_call(engine, account, "nosuch", NULL, &job, &error));
  FAILS(MR_E_NOT_FOUND, mr_call(engine, 999999, "nosuch", NULL, &job, &error));
  INVALID("work", mr_start(engine, &error));
  GIVES(MR_OK, mr_stop(engine, &error));
  GIVES(MR_OK, mr_stop(engine, &error));
  CHECK(job == NULL);

  FAILS(MR_E_NOT_FOUND, mr_blob_open(engine, 999999, NULL, &blob, &error));
  FAILS(MR_E_NOT_FOUND, mr_blob_open(engine, 999999, "1.2.3.4.5.6.7.8.9", &blob, &error));
  INVALID("part", mr_blob_open(engine, 999999, "\xff", &blob, &error));
  GIVES(MR_OK, mr_blob_new(engine, &blob, &error));
  INVALID("blob", mr_blob_read(blob, &byte, 1, &length, &error));
  INVALID("bytes", mr_blob_write(blob, NULL, 1, &error));
  INVALID("bytes", mr_blob_write(blob, "x", SIZE_MAX, &error));
  INVALID("bytes", mr_blob_write(blob, "x", SIZE_MAX / 2 + 1, &error));
  GIVES(MR_OK, mr_blob_write(blob, NULL, 0, &error));
  GIVES(MR_OK, mr_blob_write(blob, "x", 1, &error));
  INVALID("id", mr_blob_seal(blob, NULL, &error));
  GIVES(MR_OK, mr_blob_seal(blob, &id, &error));
  CHECK(id > 0);
  INVALID("blob", mr_blob_seal(blob, &id, &error));
  INVALID("blob", mr_blob_write(blob, "x", 1, &error));
  INVALID("blob", mr_blob_read(blob, &byte, 1, &length, &error));
  mr_blob_free(blob);
  GIVES(MR_OK, mr_blob_new(engine, &blob, &error));
  mr_blob_free(blob);

  INVALID("out", mr_events_open(engine, NULL, &error));
  GIVES(MR_OK, mr_events_open(engine, &events, &error));
  CHECK(mr_events_fd(events) >= 0);
  CHECK(mr_events_wait(events, 0, NULL, NULL) >= 0);
  mr_events_free(events);
}

/* Reading a message's body: what is asked for must make sense. */
int main(int count_, char **arguments) {
  mr_engine *engine = NULL;
  if (count_ != 2 || strlen(arguments[1]) >= sizeof directory) return 2;
  strcpy(directory, arguments[1]);
  opening();
  GIVES(MR_OK, mr_open(path("store.db"), NULL, &engine, &error));
  if (!engine) return finish();
  int64_t account = connected(engine, directory);

  int64_t before = latest_change(engine), rows = count(engine, "account") * 1000000 + count(engine, "job");
  accounts(engine, account);
  finding(engine);
  sending(engine, account);
  others(engine, account);
  CHECK(latest_change(engine) == before);
  CHECK(count(engine, "account") * 1000000 + count(engine, "job") == rows);
  CHECK(count(engine, "company") == 0 && count(engine, "send") == 0);

  mr_close(engine);
  return finish();
}
