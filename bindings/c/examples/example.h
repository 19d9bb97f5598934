/* What the examples share: how a failure is told, and options that read well. C11 and C++17. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <inttypes.h>
#include <mailroom.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Says everything that a person needs, frees the error, and ends the program. */
static inline void fail(const char *what, mr_result result, mr_error *error)
{
	const char *server = mr_error_field(error, "server_text");
	const char *advice = mr_error_field(error, "advice");

	fprintf(stderr, "%s: %s (%" PRId32 ")\n", what, error ? mr_error_message(error) : "failed", result);
	if (server)
		fprintf(stderr, "  server: %s\n", server);
	if (advice)
		fprintf(stderr, "  advice: %s\n", advice);
	mr_error_free(error);
	exit(1);
}

/* Ends the program where a call was refused; else gives its result, 0 or a small positive answer.
 *
 * It takes where the error is, not the error: C does not say whether an argument is read before the call beside it has
 * set it. */
static inline mr_result must(const char *what, mr_result result, mr_error **error)
{
	if (result < 0)
		fail(what, result, *error);
	return result;
}

/* A field's text, or "" where it is absent. Lives until the record is read again. */
static inline const char *text_of(const mr_record *record, const char *name)
{
	const char *text = NULL;

	return mr_record_text(record, name, &text, NULL) == MR_OK && text ? text : "";
}

/* A field's number, or 0 where it is absent. */
static inline int64_t int_of(const mr_record *record, const char *name)
{
	int64_t value = 0;

	return mr_record_int(record, name, &value) == MR_OK ? value : 0;
}

#endif
