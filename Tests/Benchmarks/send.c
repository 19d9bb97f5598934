/* Queues messages with mr_send from several threads, while the worker of the same process delivers them.
 * Arguments: store, port of the server, messages, threads. Prints one line of JSON. */
#include <mailroom.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static mr_engine *engine;
static int64_t account;
static int messages, threads;
static char text[2001];

static void check(mr_result result, mr_error *error) {
  if (result == MR_OK) return;
  fprintf(stderr, "%d: %s\n", (int)result, error ? mr_error_message(error) : "");
  exit(1);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void *queue(void *which) {
  for (long number = (long)which; number < messages; number += threads) {
    char to[64], subject[64];
    snprintf(to, sizeof to, "to%ld@b.example", number);
    snprintf(subject, sizeof subject, "Number %ld", number);
    mr_record *message = mr_record_new();
    mr_record_set_text(message, "to", to);
    mr_record_set_text(message, "subject", subject);
    mr_record_set_text(message, "text", text);
    mr_error *error = NULL;
    int64_t id = 0;
    check(mr_send(engine, account, message, &id, &error), error);
    mr_record_free(message);
  }
  return NULL;
}

static int64_t left(void) {
  mr_record *status = NULL;
  mr_error *error = NULL;
  const mr_record *sending = NULL;
  int64_t queued = 0;
  check(mr_status(engine, account, &status, &error), error);
  check(mr_record_item(status, "sending", 0, &sending), NULL);
  check(mr_record_int(sending, "queued", &queued), NULL);
  mr_record_free(status);
  return queued;
}

static int64_t count(const char *state, int64_t limit) {
  mr_record *where = mr_record_new();
  mr_cursor *cursor = NULL;
  mr_error *error = NULL;
  const mr_record *row;
  int64_t found = 0;
  mr_record_set_text(where, "state", state);
  if (limit) mr_record_set_int(where, "limit", limit);
  check(mr_find(engine, "send", where, &cursor, &error), error);
  while (mr_cursor_next(cursor, &row, &error) == MR_OK) found++;
  mr_cursor_free(cursor);
  mr_record_free(where);
  return found;
}

int main(int given, char **arguments) {
  if (given < 5) return 2;
  messages = atoi(arguments[3]);
  threads = atoi(arguments[4]);
  for (int at = 0; at < 2000; at++) text[at] = at % 80 == 78 ? '\r' : at % 80 == 79 ? '\n' : 'a' + at % 26;
  mr_error *error = NULL;
  mr_record *options = mr_record_new();
  mr_record_set_text(options, "work", "always");
  mr_record_set_int(options, "key_file", 1);
  check(mr_open(arguments[1], options, &engine, &error), error);
  mr_record *mailbox = mr_record_new(), *result = NULL;
  mr_record_set_text(mailbox, "address", "bench@test.example");
  mr_record_set_text(mailbox, "smtp_host", "127.0.0.1");
  mr_record_set_text(mailbox, "smtp_port", arguments[2]);
  mr_record_set_text(mailbox, "smtp_tls", "none");
  mr_job *job = NULL;
  check(mr_connect(engine, mailbox, &job, &error), error);
  check(mr_start(engine, &error), error);
  check(mr_job_wait(job, 30000, &result, &error), error);
  check(mr_record_int(result, "account", &account), NULL);
  mr_job_free(job);

  double begun = seconds();
  pthread_t running[64];
  for (long which = 0; which < threads; which++) pthread_create(&running[which], NULL, queue, (void *)which);
  for (long which = 0; which < threads; which++) pthread_join(running[which], NULL);
  double queued = seconds() - begun;
  while (left() > 0 || count("sending", 1) > 0) usleep(20000);
  double wall = seconds() - begun;

  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double processor = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf(
      "{\"wall\": %.3f, \"queued\": %.3f, \"sent\": %lld, \"processor\": %.3f, \"peak\": %ld}\n", wall, queued,
      (long long)count("sent", 0), processor, used.ru_maxrss);
  check(mr_stop(engine, &error), error);
  mr_close(engine);
  return 0;
}
