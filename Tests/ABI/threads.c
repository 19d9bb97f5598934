/* One engine and one job, used by many threads at once; cursors, records and blobs by one each. Argument: an empty directory. */
#include <pthread.h>
#include "check.h"
#include "maildir.h"

enum { threads = 8, rounds = 50 };

static mr_engine *engine;
static mr_job *job;
static int64_t account;
static pthread_mutex_t printing = PTHREAD_MUTEX_INITIALIZER;

#define TRY(result, call) \
  do { \
    mr_error *error = NULL; \
    mr_result got = (call); \
    if (got != (result)) { \
      pthread_mutex_lock(&printing); \
      failures++; \
      printf("%s: gave %d: %s\n", #call, (int)got, message_of(error)); \
      pthread_mutex_unlock(&printing); \
    } \
    mr_error_free(error); \
  } while (0)

static void *work(void *argument) {
  const int number = *(const int *)argument;
  mr_record *result = NULL, *status;
  char key[50];
  TRY(MR_OK, mr_job_wait(job, 30000, &result, &error));
  mr_record_free(result);
  for (int round = 0; round < rounds; round++) {
    mr_record *company = mr_record_new();
    mr_cursor *cursor = NULL;
    mr_blob *blob = NULL;
    const mr_record *row = NULL;
    int64_t id = 0, found = 0;
    snprintf(key, sizeof key, "thread %d round %d", number, round);
    mr_record_set_text(company, "key", key);
    TRY(MR_OK, mr_put(engine, "company", company, &id, &error));
    TRY(MR_OK, mr_find(engine, "company", company, &cursor, &error));
    TRY(MR_OK, mr_cursor_next(cursor, &row, &error));
    if (mr_record_int(row, "id", &found) != MR_OK || found != id) TRY(MR_OK, MR_E_INTERNAL);
    TRY(MR_END, mr_cursor_next(cursor, &row, &error));
    mr_cursor_free(cursor);
    mr_record_free(company);
    TRY(MR_OK, mr_status(engine, account, &status, &error));
    mr_record_free(status);
    if (round % 10 == 0) {
      TRY(MR_OK, mr_blob_new(engine, &blob, &error));
      TRY(MR_OK, mr_blob_write(blob, key, strlen(key), &error));
      TRY(MR_OK, mr_blob_seal(blob, &id, &error));
      mr_blob_free(blob);
    }
  }
  return NULL;
}

int main(int count, char **arguments) {
  pthread_t running[threads];
  int numbers[threads];
  char store[4000];
  mr_error *error = NULL;
  mr_cursor *cursor = NULL;
  const mr_record *row;
  int companies = 0;
  if (count != 2) return 2;
  snprintf(store, sizeof store, "%s/threads.db", arguments[1]);
  GIVES(MR_OK, mr_open(store, NULL, &engine, &error));
  account = connected(engine, arguments[1]);
  GIVES(MR_OK, mr_sync(engine, account, NULL, &job, &error));
  for (int index = 0; index < threads; index++) {
    numbers[index] = index;
    pthread_create(&running[index], NULL, work, &numbers[index]);
  }
  for (int index = 0; index < threads; index++) pthread_join(running[index], NULL);
  GIVES(MR_OK, mr_find(engine, "company", NULL, &cursor, &error));
  while (mr_cursor_next(cursor, &row, NULL) == MR_OK) companies++;
  CHECK(companies == threads * rounds);
  mr_cursor_free(cursor);
  mr_job_free(job);
  mr_close(engine);
  return finish();
}
