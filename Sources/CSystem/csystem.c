#define _GNU_SOURCE
#include "csystem.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *csystem_own_file(void) {
  Dl_info found;
  return dladdr((const void *)&csystem_own_file, &found) ? found.dli_fname : NULL;
}

#ifdef MAILROOM_STATIC_RUNTIME
/* The locks of the Swift runtime know who holds them by a thread id that each thread asks for once. In a child of fork(2) the
 * forking thread would go on with its parent's, and where a second thread wants the same lock both would spin for ever:
 * the kernel refuses them. At 0 it is asked for again. Every library that carries a runtime has its own. */
extern __thread unsigned csystem_runtime_thread __asm__("_ZZN5swift14threading_impl5linux13ulock_get_tidEvE3tid")
    __attribute__((visibility("hidden")));

static void forget_thread(void) { csystem_runtime_thread = 0; }

/* As it is loaded, since the runtime may have asked before anything of ours was called. */
__attribute__((constructor)) static void watch_forks(void) { pthread_atfork(NULL, NULL, forget_thread); }

int csystem_thread_is_known_rightly(void) {
  return csystem_runtime_thread == 0 || csystem_runtime_thread == (unsigned)syscall(SYS_gettid);
}
#else
int csystem_thread_is_known_rightly(void) { return 1; }
#endif
