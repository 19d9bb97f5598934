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
#endif
