/* watch STORE [AFTER]: the change feed as it grows, until its standard input ends or SIGINT.
 *
 * Shows how the doorbell stands in poll() beside other descriptors: here standard input. AFTER is the last number that was
 * handled; a program that keeps it misses nothing, however it ended. */
#include "example.h"

#include <poll.h>
#include <unistd.h>

static int64_t show(mr_engine *engine, int64_t after)
{
	mr_error *error = NULL;
	mr_cursor *changes = NULL;
	const mr_record *row = NULL;

	must("changes", mr_changes(engine, after, NULL, &changes, &error), &error);
	while (must("next", mr_cursor_next(changes, &row, &error), &error) != MR_END) {
		after = int_of(row, "number");
		printf("%" PRId64 " %s", after, text_of(row, "kind"));
		printf(" %" PRId64 " %s\n", int_of(row, "id"), text_of(row, "what"));
	}
	mr_cursor_free(changes);
	fflush(stdout);
	return after;
}

int main(int argc, char **argv)
{
	mr_error *error = NULL;
	mr_engine *engine = NULL;
	mr_events *events = NULL;
	mr_record *options;
	int64_t after;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: watch STORE [AFTER]\n");
		return 2;
	}
	after = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
	options = mr_record_new();
	mr_record_set_text(options, "work", "never");
	must("open", mr_open(argv[1], options, &engine, &error), &error);
	mr_record_free(options);

	/* The bell first, then the feed: what comes in between rings it. */
	must("events", mr_events_open(engine, &events, &error), &error);
	after = show(engine, after);
	for (;;) {
		struct pollfd ready[2] = {{mr_events_fd(events), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
		char unread[256];

		/* A second is the safety net: mr_events_wait looks at the store itself, too. */
		if (poll(ready, 2, 1000) < 0)
			break;
		if (ready[1].revents && read(STDIN_FILENO, unread, sizeof unread) <= 0)
			break;
		if (must("wait", mr_events_wait(events, 0, NULL, &error), &error) == MR_OK)
			after = show(engine, after);
	}
	mr_events_free(events);
	mr_close(engine);
	return 0;
}
