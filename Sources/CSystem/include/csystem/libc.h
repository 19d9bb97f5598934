#ifndef CSYSTEM_LIBC_H
#define CSYSTEM_LIBC_H
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* errno as a function: the macro does not reach Swift in every configuration. */
static inline int csystem_errno(void) { return errno; }

/* glibc shows it only to those who ask for all of its extensions. */
extern int pthread_setname_np(pthread_t thread, const char *name);

/* Whether the Swift runtime within this library, where it is within, knows the calling thread by its own id. */
int csystem_thread_is_known_rightly(void);

/* pthread_atfork lives in the static part of glibc, where Swift's own declaration does not find it. */
static inline int csystem_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) {
  return pthread_atfork(prepare, parent, child);
}

/* The file that this code was loaded from: the shared library, or the program that it is part of. NULL where
 * the loader cannot tell. */
const char *csystem_own_file(void);
#endif
