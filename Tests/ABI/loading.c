/* Loads the library with dlopen, uses it, lets it go and loads it again. Between the steps it looks at what a guest may not
 * touch: signal handlers and masks, threads, sockets, the environment, the locale, the working directory. What is not as
 * before goes to standard output. Arguments: the library, an empty directory. */
#include <dirent.h>
#include <dlfcn.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mailroom.h"

extern char **environ;

struct state {
  struct sigaction actions[65];
  sigset_t mask;
  char locale[200], directory[4000];
  unsigned long environment;
  mode_t umask_;
};

static struct state before;
static int failures;

static void look(struct state *state) {
  memset(state, 0, sizeof *state);
  for (int number = 1; number < 65; number++) sigaction(number, NULL, &state->actions[number]);
  sigprocmask(SIG_BLOCK, NULL, &state->mask);
  snprintf(state->locale, sizeof state->locale, "%s", setlocale(LC_ALL, NULL));
  if (!getcwd(state->directory, sizeof state->directory)) state->directory[0] = 0;
  for (char **variable = environ; *variable; variable++)
    for (const char *at = *variable; *at; at++) state->environment = state->environment * 31 + (unsigned char)*at;
  state->umask_ = umask(0);
  umask(state->umask_);
}

/* How many entries a directory of /proc/self has; with `kind`, how many links among them begin with it. */
static int entries(const char *path, const char *kind) {
  DIR *directory = opendir(path);
  struct dirent *entry;
  int count = 0;
  while (directory && (entry = readdir(directory))) {
    char link[600], target[600];
    ssize_t length;
    if (entry->d_name[0] == '.') continue;
    if (kind) {
      snprintf(link, sizeof link, "%s/%s", path, entry->d_name);
      length = readlink(link, target, sizeof target - 1);
      target[length < 0 ? 0 : length] = 0;
      if (strncmp(target, kind, strlen(kind)) != 0) continue;
    }
    count++;
  }
  if (directory) closedir(directory);
  return count;
}

/* Field by field: glibc leaves the rest of the structure as it was. */
static int same_action(const struct sigaction *one, const struct sigaction *other) {
  for (int number = 1; number < 65; number++)
    if (sigismember(&one->sa_mask, number) != sigismember(&other->sa_mask, number)) return 0;
  return one->sa_handler == other->sa_handler && one->sa_flags == other->sa_flags;
}

static void unchanged(const char *step) {
  struct state now;
  look(&now);
  for (int number = 1; number < 65; number++)
    if (!same_action(&before.actions[number], &now.actions[number])) {
      failures++;
      printf("%s: the handler of signal %d (%s) changed\n", step, number, strsignal(number));
    }
#define SAME(what, field) \
  if (memcmp(&before.field, &now.field, sizeof now.field) != 0) { failures++; printf("%s: the %s changed\n", step, what); }
  for (int number = 1; number < 65; number++)
    if (sigismember(&before.mask, number) != sigismember(&now.mask, number)) {
      failures++;
      printf("%s: signal %d was blocked or let through\n", step, number);
    }
  SAME("locale", locale)
  SAME("working directory", directory)
  SAME("environment", environment)
  SAME("umask", umask_)
  int threads = entries("/proc/self/task", NULL), sockets = entries("/proc/self/fd", "socket:");
  if (threads != 1) { failures++; printf("%s: there are %d threads\n", step, threads); }
  if (sockets != 0) { failures++; printf("%s: there are %d sockets\n", step, sockets); }
}

static void *library;

/* ISO C has no cast from an object pointer to a function pointer. */
static void find(const char *name, void *function) {
  void *symbol = dlsym(library, name);
  if (!symbol) { printf("%s is missing\n", name); exit(1); }
  memcpy(function, &symbol, sizeof symbol);
}
#define USE(name) __typeof__(&name) name##_; find(#name, &name##_)

static void use(const char *store, const char *round) {
  mr_engine *engine = NULL;
  mr_cursor *cursor = NULL;
  mr_error *error = NULL;
  const mr_record *row;
  char step[100];
  USE(mr_open); USE(mr_find); USE(mr_cursor_next); USE(mr_cursor_free); USE(mr_close); USE(mr_error_message);
  USE(mr_status); USE(mr_put); USE(mr_record_new); USE(mr_record_set_text); USE(mr_record_free); USE(mr_error_free);
#define STEP(name) snprintf(step, sizeof step, "%s: after %s", round, name); unchanged(step)
  if (mr_open_(store, NULL, &engine, &error) != MR_OK) {
    failures++;
    printf("%s: %s\n", round, mr_error_message_(error));
    return;
  }
  STEP("mr_open");
  for (int kind = 0; kind < 3; kind++) {
    static const char *const kinds[] = {"account", "provider", "cause"};
    if (mr_find_(engine, kinds[kind], NULL, &cursor, &error) != MR_OK) {
      failures++;
      printf("%s: mr_find(%s): %s\n", round, kinds[kind], mr_error_message_(error));
      continue;
    }
    while (mr_cursor_next_(cursor, &row, NULL) == MR_OK) continue;
    mr_cursor_free_(cursor);
    STEP(kinds[kind]);
  }
  mr_record *company = mr_record_new_(), *status = NULL;
  int64_t id = 0;
  mr_record_set_text_(company, "key", round);
  if (mr_put_(engine, "company", company, &id, &error) != MR_OK) {
    failures++;
    printf("%s: mr_put: %s\n", round, mr_error_message_(error));
  }
  mr_record_free_(company);
  STEP("mr_put");
  if (mr_status_(engine, 1, &status, &error) != MR_E_NOT_FOUND) { failures++; printf("%s: an account 1\n", round); }
  mr_error_free_(error);
  STEP("a failure");
  mr_close_(engine);
  STEP("mr_close");
}

int main(int count, char **arguments) {
  char store[4000], text[100];
  if (count != 3) return 2;
  setlocale(LC_ALL, "C");
  signal(SIGUSR1, SIG_IGN);
  snprintf(store, sizeof store, "%s/loading.db", arguments[2]);
  look(&before);
  for (int round = 1; round <= 3; round++) {
    snprintf(text, sizeof text, "round %d", round);
    library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) { printf("%s: %s\n", text, dlerror()); return 1; }
    unchanged("after dlopen");
    use(store, text);
    if (dlclose(library) != 0) { failures++; printf("%s: dlclose: %s\n", text, dlerror()); }
    unchanged("after dlclose");
  }
  fflush(stdout);
  return failures ? 1 : 0;
}
