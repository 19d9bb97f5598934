/* status STORE: one line for each account: its state, why, and what to do.
 *
 * Reads only (work = never): no thread, no socket, no plugin, so a web request may do the same. */
#include "example.h"

int main(int argc, char **argv)
{
	mr_error *error = NULL;
	mr_engine *engine = NULL;
	mr_cursor *accounts = NULL;
	const mr_record *row = NULL;
	mr_record *options;

	if (argc != 2) {
		fprintf(stderr, "usage: status STORE\n");
		return 2;
	}
	options = mr_record_new();
	mr_record_set_text(options, "work", "never");
	mr_record_set_int(options, "create", 0);
	must("open", mr_open(argv[1], options, &engine, &error), &error);
	mr_record_free(options);

	must("find", mr_find(engine, "account", NULL, &accounts, &error), &error);
	while (must("next", mr_cursor_next(accounts, &row, &error), &error) != MR_END) {
		mr_record *status = NULL;

		must("status", mr_status(engine, int_of(row, "id"), &status, &error), &error);
		printf("%" PRId64 "\t%s", int_of(status, "id"), text_of(status, "address"));
		printf("\t%s", text_of(status, "state"));
		printf("\t%" PRId64 " messages\n", int_of(status, "messages"));
		if (*text_of(status, "reason"))
			printf("\t%s\n", text_of(status, "reason"));
		if (*text_of(status, "advice"))
			printf("\t%s\n", text_of(status, "advice"));
		mr_record_free(status);
	}
	mr_cursor_free(accounts);
	mr_close(engine);
	return 0;
}
