/* maildir.h - an account for the C tests that needs no server: a Maildir directory, by the provider that ships with it. */
#ifndef MAILDIR_TEST_H
#define MAILDIR_TEST_H
#include <sys/stat.h>
#include "check.h"

/* The beginning of a job that connects ann@example.com to `directory`/mail, which is made where it is missing. */
static inline mr_job *connecting(mr_engine *engine, const char *directory) {
  static const char *const folders[] = {"mail", "mail/cur", "mail/new", "mail/tmp", "out", "out/cur", "out/new", "out/tmp"};
  mr_record *account = mr_record_new();
  mr_error *reason = NULL;
  mr_job *job = NULL;
  char path[4000];
  for (size_t index = 0; index < sizeof folders / sizeof *folders; index++) {
    snprintf(path, sizeof path, "%s/%s", directory, folders[index]);
    mkdir(path, 0700);
  }
  mr_record_set_text(account, "address", "ann@example.com");
  mr_record_set_text(account, "provider", "maildir");
  snprintf(path, sizeof path, "%s/mail", directory);
  mr_record_set_text(account, "path", path);
  snprintf(path, sizeof path, "%s/out", directory);
  mr_record_set_text(account, "outbox", path);
  gives(__LINE__, "mr_connect", MR_OK, mr_connect(engine, account, &job, &reason), &reason);
  mr_record_free(account);
  return job;
}

/* The account's id, when the job has ended. */
static inline int64_t connected(mr_engine *engine, const char *directory) {
  mr_job *job = connecting(engine, directory);
  mr_record *result = NULL;
  mr_error *reason = NULL;
  int64_t id = 0;
  gives(__LINE__, "mr_job_wait", MR_OK, mr_job_wait(job, 30000, &result, &reason), &reason);
  CHECK(mr_record_int(result, "account", &id) == MR_OK && id > 0);
  mr_record_free(result);
  mr_job_free(job);
  return id;
}
#endif
