/* The entry points of the build for tests: the clock, and the points at which a process can be told to kill itself.
 * Argument: an empty directory. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "check.h"
#include "maildir.h"
#include "mailroom_test.h"

static mr_error *error;
static char store[4000];

static mr_engine *opened(void) {
  mr_engine *engine = NULL;
  GIVES(MR_OK, mr_open(store, NULL, &engine, &error));
  return engine;
}

static void points(void) {
  size_t count = 0;
  mr_engine *engine = opened();
  for (const char *name; (name = mr_test_points(count)); count++) {
    CHECK(mr_test_reached(name) >= 0);
    CHECK(mr_test_points(count) == name);
    CHECK(mr_test_stop_at(engine, name, 0) == MR_E_INVALID);
    CHECK(mr_test_stop_at(engine, name, -1) == MR_E_INVALID);
    CHECK(mr_test_stop_at(NULL, name, 1) == MR_E_INVALID);
  }
  CHECK(count >= 10);
  CHECK(mr_test_points(count + 1) == NULL && mr_test_points((size_t)-1) == NULL);
  CHECK(mr_test_reached("no such point") == -1 && mr_test_reached(NULL) == -1);
  CHECK(mr_test_stop_at(engine, "no such point", 1) == MR_E_INVALID && mr_test_stop_at(engine, NULL, 1) == MR_E_INVALID);
  mr_close(engine);
}

static void being_killed(const char *directory, const char *point, int64_t nth, int dies) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    mr_engine *engine = opened();
    CHECK(mr_test_stop_at(engine, point, nth) == MR_OK);
    mr_job *job = connecting(engine, directory);
    mr_job_wait(job, 30000, NULL, NULL);
    CHECK(mr_test_reached(point) >= 1);
    mr_job_free(job);
    mr_close(engine);
    fflush(NULL);
    _exit(failures ? 1 : 0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  if (dies) CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  else CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The thread that forks has another id in the child, and the runtime's locks must know it. */
static void thread_of_a_child(void) {
  mr_close(opened());
  CHECK(mr_test_thread_is_known() == 1);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) _exit(mr_test_thread_is_known() == 1 ? 0 : 1);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void clock_of_tomorrow(const char *directory) {
  const int64_t day = 24 * 3600 * 1000;
  mr_record *row = NULL;
  int64_t created = 0, now = (int64_t)time(NULL) * 1000;
  mr_test_set_clock(day);
  mr_engine *engine = opened();
  mr_job *job = connecting(engine, directory);
  GIVES(MR_OK, mr_job_wait(job, 30000, NULL, &error));
  GIVES(MR_OK, mr_job_progress(job, &row, &error));
  CHECK(mr_record_int(row, "created_at", &created) == MR_OK);
  CHECK(created >= now + day - 1000 && created <= now + day + 60000);
  mr_record_free(row);
  mr_job_free(job);
  mr_close(engine);
  mr_test_set_clock(0);
}

int main(int count, char **arguments) {
  char second[4000], third[4000];
  if (count != 2) return 2;
  CHECK(mr_has("test") == 1);
  snprintf(store, sizeof store, "%s/points.db", arguments[1]);
  points();
  thread_of_a_child();
  being_killed(arguments[1], "job.claimed", 1, 1);
  snprintf(store, sizeof store, "%s/second.db", arguments[1]);
  snprintf(second, sizeof second, "%s/second", arguments[1]);
  mkdir(second, 0700);
  being_killed(second, "job.claimed", 1000, 0);
  snprintf(store, sizeof store, "%s/third.db", arguments[1]);
  snprintf(third, sizeof third, "%s/third", arguments[1]);
  mkdir(third, 0700);
  clock_of_tomorrow(third);
  return finish();
}
