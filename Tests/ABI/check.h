/* check.h - how the C and C++ tests of the ABI say what they expect. A line for each thing that is not as it should be goes
 * to standard output; the process ends with 1 where there was one. */
#ifndef CHECK_H
#define CHECK_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mailroom.h"

static int failures;

#define CHECK(condition) \
  do { if (!(condition)) { failures++; printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); } } while (0)

/* A call that must give exactly this result; an error that comes with it is shown and freed. */
#define GIVES(result, call) gives(__LINE__, #call, (result), (error = NULL, (call)), &error)

/* A call that must be refused with MR_E_INVALID, and whose error must name the field. */
#define INVALID(field, call) refused(__LINE__, #call, MR_E_INVALID, (field), (error = NULL, (call)), &error)

/* A call that must fail with a code and a message. */
#define FAILS(code, call) refused(__LINE__, #call, (code), NULL, (error = NULL, (call)), &error)

static inline const char *message_of(mr_error *error) { return error ? mr_error_message(error) : "(no error object)"; }

static inline void gives(int line, const char *call, mr_result wanted, mr_result got, mr_error **error) {
  if (got != wanted) {
    failures++;
    printf("line %d: %s: gave %d, expected %d: %s\n", line, call, (int)got, (int)wanted, message_of(*error));
  } else if (got >= 0 && *error) {
    failures++;
    printf("line %d: %s: gave %d and an error: %s\n", line, call, (int)got, message_of(*error));
  }
  mr_error_free(*error);
  *error = NULL;
}

static inline void refused(int line, const char *call, mr_result wanted, const char *field, mr_result got, mr_error **error) {
  if (got != wanted || !*error) {
    failures++;
    printf("line %d: %s: gave %d, expected %d: %s\n", line, call, (int)got, (int)wanted, message_of(*error));
  } else {
    const char *named = mr_error_field(*error, "field");
    if (mr_error_result(*error) != wanted || !*mr_error_message(*error)) {
      failures++;
      printf("line %d: %s: the error says %d, '%s'\n", line, call, (int)mr_error_result(*error), message_of(*error));
    }
    /* `to[0]` and `to` both name the field to. */
    if (field && (!named || strncmp(named, field, strlen(field)) != 0 || !strstr(message_of(*error), field))) {
      failures++;
      printf("line %d: %s: names '%s', expected '%s': %s\n", line, call, named ? named : "nothing", field, message_of(*error));
    }
  }
  mr_error_free(*error);
  *error = NULL;
}

/* A record out of JSON written in the test. */
static inline mr_record *from_json(const char *json) {
  mr_record *record = NULL;
  mr_error *error = NULL;
  if (mr_record_from_json(json, &record, &error) != MR_OK) {
    failures++;
    printf("%s: %s\n", json, message_of(error));
    mr_error_free(error);
  }
  return record;
}

static inline int finish(void) {
  fflush(stdout);
  return failures ? 1 : 0;
}
#endif
