/* mailroom_test.h - what the build for tests has beyond mailroom.h (mr_has("test") is 1). Never shipped, never stable. */
#ifndef MAILROOM_TEST_H
#define MAILROOM_TEST_H
#include "mailroom.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Moves the clocks of this process, the wall's and the one that leases run by, by so many milliseconds from where they truly
 * are; 0 sets them right. */
MR_API void        mr_test_set_clock(int64_t shift_ms);

/* The process gets SIGKILL when it reaches a named point the nth time from now (1: the next time), in whatever thread and
 * engine. MR_E_INVALID for an unknown point, an nth below 1, and a bad engine. */
MR_API mr_result   mr_test_stop_at(mr_engine *engine, const char *point, int64_t nth);

/* How often a point was reached in this process; -1 for one that does not exist. */
MR_API int64_t     mr_test_reached(const char *point);

/* The names of all points, by index from 0; NULL after the last. Live as long as the process. */
MR_API const char *mr_test_points(size_t index);

/* 1 where the Swift runtime within the library knows the calling thread by the id that it has; 0 where by another one: that
 * of a parent before a fork. */
MR_API int32_t     mr_test_thread_is_known(void);

#ifdef __cplusplus
}
#endif
#endif
