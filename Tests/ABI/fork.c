/* Forks with engines open. In the child every handle from before answers MR_E_FORKED and is freed, and a new engine works;
 * what parent and child write afterwards must all be there. It prints the number of companies that the store must then have.
 *
 *   fork idle STORE      one thread, with an open connection that has read and written; the parent writes on beside the child
 *   fork writing STORE   two threads write all the time, so that a fork falls into held locks; many forks
 */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

static mr_error *error;
static const char *store;

static int put(mr_engine *engine, const char *who, int number) {
  mr_record *company = mr_record_new();
  mr_error *reason = NULL;
  int64_t id = 0;
  char key[100];
  snprintf(key, sizeof key, "%s %d", who, number);
  mr_record_set_text(company, "key", key);
  mr_result result = mr_put(engine, "company", company, &id, &reason);
  if (result != MR_OK) {
    fprintf(stderr, "%s: mr_put gave %d: %s\n", key, (int)result, message_of(reason));
    failures++;
  }
  mr_error_free(reason);
  mr_record_free(company);
  return result == MR_OK;
}

static mr_engine *opened(void) {
  mr_engine *engine = NULL;
  mr_error *reason = NULL;
  if (mr_open(store, NULL, &engine, &reason) != MR_OK) {
    fprintf(stderr, "mr_open: %s\n", message_of(reason));
    failures++;
  }
  mr_error_free(reason);
  return engine;
}

static int companies(mr_engine *engine) {
  mr_cursor *cursor = NULL;
  const mr_record *row;
  int count = 0;
  GIVES(MR_OK, mr_find(engine, "company", NULL, &cursor, &error));
  while (cursor && mr_cursor_next(cursor, &row, NULL) == MR_OK) count++;
  mr_cursor_free(cursor);
  return count;
}

/* Everything that can come from an engine without a server. */
struct handles {
  mr_engine *engine;
  mr_cursor *fresh, *begun;
  mr_blob *blob;
  mr_events *events;
  mr_record *record;
  const mr_record *row;
};

static void use_from_before(struct handles *handles) {
  mr_engine *engine = handles->engine;
  mr_record *out = NULL;
  mr_cursor *cursor = NULL;
  mr_job *job = NULL;
  mr_blob *blob = NULL;
  mr_events *events = NULL;
  const mr_record *row;
  const char *text;
  int64_t id;
  FAILS(MR_E_FORKED, mr_start(engine, &error));
  FAILS(MR_E_FORKED, mr_stop(engine, &error));
  FAILS(MR_E_FORKED, mr_discover(engine, "ann@example.com", &job, &error));
  FAILS(MR_E_FORKED, mr_authorize(engine, handles->record, &out, &error));
  FAILS(MR_E_FORKED, mr_connect(engine, handles->record, &job, &error));
  FAILS(MR_E_FORKED, mr_reconnect(engine, 1, NULL, &job, &error));
  FAILS(MR_E_FORKED, mr_disconnect(engine, 1, NULL, &error));
  FAILS(MR_E_FORKED, mr_status(engine, 1, &out, &error));
  FAILS(MR_E_FORKED, mr_token_put(engine, 1, handles->record, &error));
  FAILS(MR_E_FORKED, mr_check(engine, "doctor", NULL, &job, &error));
  FAILS(MR_E_FORKED, mr_maintain(engine, "compact", NULL, &job, &error));
  FAILS(MR_E_FORKED, mr_sync(engine, 1, NULL, &job, &error));
  FAILS(MR_E_FORKED, mr_audit(engine, 1, NULL, &job, &error));
  FAILS(MR_E_FORKED, mr_find(engine, "company", NULL, &cursor, &error));
  FAILS(MR_E_FORKED, mr_get(engine, "company", 1, &out, &error));
  FAILS(MR_E_FORKED, mr_put(engine, "company", handles->record, &id, &error));
  FAILS(MR_E_FORKED, mr_update(engine, "company", 1, handles->record, &error));
  FAILS(MR_E_FORKED, mr_remove(engine, "company", 1, &error));
  FAILS(MR_E_FORKED, mr_blob_open(engine, 1, NULL, &blob, &error));
  FAILS(MR_E_FORKED, mr_blob_new(engine, &blob, &error));
  FAILS(MR_E_FORKED, mr_send(engine, 1, handles->record, &id, &error));
  FAILS(MR_E_FORKED, mr_resend(engine, 1, NULL, &error));
  FAILS(MR_E_FORKED, mr_resend_all(engine, NULL, &id, &error));
  FAILS(MR_E_FORKED, mr_cancel(engine, 1, &error));
  FAILS(MR_E_FORKED, mr_send_wait(engine, 1, 0, &out, &error));
  FAILS(MR_E_FORKED, mr_job_open(engine, 1, &job, &error));
  FAILS(MR_E_FORKED, mr_changes(engine, 0, NULL, &cursor, &error));
  FAILS(MR_E_FORKED, mr_events_open(engine, &events, &error));
  FAILS(MR_E_FORKED, mr_call(engine, 1, "x", NULL, &job, &error));
  FAILS(MR_E_FORKED, mr_cursor_next(handles->fresh, &row, &error));
  FAILS(MR_E_FORKED, mr_cursor_next(handles->begun, &row, &error));
  FAILS(MR_E_FORKED, mr_blob_write(handles->blob, "x", 1, &error));
  FAILS(MR_E_FORKED, mr_blob_seal(handles->blob, &id, &error));
  FAILS(MR_E_FORKED, mr_events_wait(handles->events, 0, NULL, &error));
  CHECK(mr_events_fd(handles->events) == -1);

  /* Records are plain memory and work on: the caller's own, and a row that was lent. */
  CHECK(mr_record_text(handles->record, "key", &text, NULL) == MR_OK && strcmp(text, "a record") == 0);
  CHECK(mr_record_text(handles->row, "key", &text, NULL) == MR_OK && strcmp(text, "before 0") == 0);
  mr_record_free(handles->record);
}

static void free_from_before(struct handles *handles) {
  mr_close(handles->engine);
  mr_cursor_free(handles->fresh);
  mr_cursor_free(handles->begun);
  mr_blob_free(handles->blob);
  mr_events_free(handles->events);
}

static void hold(struct handles *handles) {
  handles->record = mr_record_new();
  mr_record_set_text(handles->record, "key", "a record");
  GIVES(MR_OK, mr_find(handles->engine, "company", NULL, &handles->fresh, &error));
  GIVES(MR_OK, mr_find(handles->engine, "company", NULL, &handles->begun, &error));
  GIVES(MR_OK, mr_cursor_next(handles->begun, &handles->row, &error));
  GIVES(MR_OK, mr_blob_new(handles->engine, &handles->blob, &error));
  GIVES(MR_OK, mr_blob_write(handles->blob, "begun", 5, &error));
  GIVES(MR_OK, mr_events_open(handles->engine, &handles->events, &error));
}

/* Waits for a child, and counts its failures as one. */
static void wait_for(pid_t child) {
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    failures++;
    printf("the child ended with status 0x%x\n", status);
  }
}

static int idle(void) {
  struct handles handles;
  memset(&handles, 0, sizeof handles);
  handles.engine = opened();
  if (!handles.engine || !put(handles.engine, "before", 0)) return -1;
  CHECK(companies(handles.engine) == 1);
  hold(&handles);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    use_from_before(&handles);
    free_from_before(&handles);
    mr_engine *engine = opened();
    for (int number = 0; engine && number < 100; number++) put(engine, "child", number);
    if (engine) CHECK(companies(engine) >= 101);
    mr_close(engine);
    fflush(NULL);
    _exit(failures ? 1 : 0);
  }
  for (int number = 0; number < 100; number++) put(handles.engine, "parent", number);
  wait_for(child);
  CHECK(companies(handles.engine) == 201);

  /* The parent's handles went through the fork unharmed. */
  const mr_record *row;
  int64_t id = 0;
  GIVES(MR_OK, mr_cursor_next(handles.fresh, &row, &error));
  /* What was written after the query began may be seen or not; it was begun when there was one row. */
  CHECK(mr_cursor_next(handles.begun, &row, NULL) >= 0);
  GIVES(MR_OK, mr_blob_write(handles.blob, " and ended", 10, &error));
  GIVES(MR_OK, mr_blob_seal(handles.blob, &id, &error));
  GIVES(MR_OK, mr_events_wait(handles.events, 5000, NULL, &error));
  mr_record_free(handles.record);
  free_from_before(&handles);
  return 201;
}

struct writer {
  mr_engine *engine;
  const char *name;
  int written, stop;
};

static void *write_on(void *argument) {
  struct writer *writer = (struct writer *)argument;
  while (!__atomic_load_n(&writer->stop, __ATOMIC_RELAXED))
    if (put(writer->engine, writer->name, writer->written)) writer->written++;
    else break;
  return NULL;
}

static int writing(void) {
  enum { forks = 30, writes = 3 };
  struct writer writers[2] = {{NULL, "first", 0, 0}, {NULL, "second", 0, 0}};
  pthread_t threads[2];
  mr_engine *engine = opened();
  if (!engine) return -1;
  for (int index = 0; index < 2; index++) {
    writers[index].engine = engine;
    pthread_create(&threads[index], NULL, write_on, &writers[index]);
  }
  for (int index = 0; index < forks; index++) {
    usleep(1000 * (unsigned)(index % 7));
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
      char name[50];
      mr_record *out = NULL;
      alarm(60);
      FAILS(MR_E_FORKED, mr_get(engine, "company", 1, &out, &error));
      mr_close(engine);
      mr_engine *own = opened();
      snprintf(name, sizeof name, "child %d", index);
      for (int number = 0; own && number < writes; number++) put(own, name, number);
      mr_close(own);
      fflush(NULL);
      _exit(failures ? 1 : 0);
    }
    wait_for(child);
  }
  for (int index = 0; index < 2; index++) __atomic_store_n(&writers[index].stop, 1, __ATOMIC_RELAXED);
  for (int index = 0; index < 2; index++) pthread_join(threads[index], NULL);
  CHECK(writers[0].written > forks / 2 && writers[1].written > forks / 2);
  int wanted = writers[0].written + writers[1].written + forks * writes;
  CHECK(companies(engine) == wanted);
  mr_close(engine);
  return wanted;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  store = arguments[2];
  alarm(120);
  int wanted = strcmp(arguments[1], "idle") == 0 ? idle() : writing();
  if (wanted < 0) return 1;
  if (failures == 0) printf("%d\n", wanted);
  return finish();
}
