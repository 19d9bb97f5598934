/* mainjob STORE GOOD-RECIPIENT BAD-RECIPIENT
 *
 * The main job: connect, sync, list, read a body, send, a failure with its class, what failed, resend, cancel, and one template
 * to two. The first line of standard input is
 * the record that mr_connect takes, as JSON, because a secret is never an argument. After the failure it waits for
 * another line, as a person waits before pressing Resend. Every line that it prints is JSON. */
#include "example.h"
#include <time.h>

enum { WAIT_MS = 60000, LONGEST_ACCOUNT = 65536 };

/* {"step":NAME,"row":...}: the library writes the row itself. */
static void say(const char *step, mr_record *row)
{
	const char *json = row ? mr_record_json(row) : NULL;

	printf("{\"step\":\"%s\",\"row\":%s}\n", step, json ? json : "{}");
	fflush(stdout);
}

static mr_record *ended(const char *what, mr_job *job)
{
	mr_error *error = NULL;
	mr_record *result = NULL;

	if (must(what, mr_job_wait(job, WAIT_MS, &result, &error), &error) == MR_TIMEOUT) {
		fprintf(stderr, "%s: not ended after a minute\n", what);
		exit(1);
	}
	mr_job_free(job);
	return result;
}

static mr_record *send_ended(mr_engine *engine, int64_t send)
{
	mr_error *error = NULL;
	mr_record *row = NULL;

	if (must("send", mr_send_wait(engine, send, WAIT_MS, &row, &error), &error) == MR_TIMEOUT) {
		fprintf(stderr, "send: not ended after a minute\n");
		exit(1);
	}
	return row;
}

/* send_at: 0 for now. */
static int64_t queue(mr_engine *engine, int64_t account, const char *recipient, int64_t send_at)
{
	mr_error *error = NULL;
	mr_record *message = mr_record_new();
	int64_t send = 0;

	mr_record_add_text(message, "to", recipient);
	mr_record_set_text(message, "subject", "The main job");
	mr_record_set_text(message, "text", "Hello.\n");
	if (send_at)
		mr_record_set_int(message, "send_at", send_at);
	must("send", mr_send(engine, account, message, &send, &error), &error);
	mr_record_free(message);
	return send;
}

/* Every send that this condition describes: its row is said as this step, or it is waited for where there is none. */
static void each_send(mr_engine *engine, const char *step, const char *state, int64_t batch)
{
	mr_error *error = NULL;
	mr_record *where = mr_record_new();
	mr_cursor *cursor = NULL;
	const mr_record *row = NULL;

	if (state)
		mr_record_set_text(where, "state", state);
	if (batch)
		mr_record_set_int(where, "batch", batch);
	must("find", mr_find(engine, "send", where, &cursor, &error), &error);
	mr_record_free(where);
	while (must("next", mr_cursor_next(cursor, &row, &error), &error) != MR_END) {
		int64_t id = int_of(row, "id");
		mr_record *shown = NULL;

		if (step) {
			must("get", mr_get(engine, "send", id, &shown, &error), &error);
			say(step, shown);
		} else {
			shown = send_ended(engine, id);
		}
		mr_record_free(shown);
	}
	mr_cursor_free(cursor);
}

/* One template, a message of its own for each of two names: both are queued when it returns, or none. */
static int64_t two_of_a_batch(mr_engine *engine, int64_t account, const char *recipient)
{
	static const char *const names[] = {"Ann", "Bob"};
	mr_error *error = NULL;
	mr_record *batch = mr_record_new(), *message = mr_record_new();
	int64_t id = 0;

	mr_record_set_text(message, "subject", "For {{name}}");
	mr_record_set_text(message, "text", "Hello {{name}}.\n");
	mr_record_set_int(batch, "account", account);
	mr_record_set_record(batch, "message", message);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		mr_record *one = mr_record_new(), *values = mr_record_new();

		mr_record_set_text(values, "name", names[i]);
		mr_record_set_text(one, "to", recipient);
		mr_record_set_record(one, "values", values);
		mr_record_add_record(batch, "recipients", one);
		mr_record_free(values);
		mr_record_free(one);
	}
	must("batch", mr_put(engine, "batch", batch, &id, &error), &error);
	mr_record_free(message);
	mr_record_free(batch);
	return id;
}

/* How many bytes the message has, read in pieces. */
static size_t body_size(mr_engine *engine, int64_t message)
{
	mr_error *error = NULL;
	mr_blob *blob = NULL;
	char piece[4096];
	size_t length = 0, size = 0;

	must("blob", mr_blob_open(engine, message, NULL, &blob, &error), &error);
	do {
		must("read", mr_blob_read(blob, piece, sizeof piece, &length, &error), &error);
		size += length;
	} while (length);
	mr_blob_free(blob);
	return size;
}

int main(int argc, char **argv)
{
	static char json[LONGEST_ACCOUNT];
	mr_error *error = NULL;
	mr_engine *engine = NULL;
	mr_record *options, *values, *row = NULL;
	mr_job *job = NULL;
	mr_cursor *cursor = NULL;
	const mr_record *message = NULL;
	int64_t account, send, batch;

	if (argc != 4) {
		fprintf(stderr, "usage: mainjob STORE GOOD-RECIPIENT BAD-RECIPIENT\n");
		return 2;
	}
	if (!fgets(json, sizeof json, stdin)) {
		fprintf(stderr, "mainjob: no account on standard input\n");
		return 2;
	}

	options = mr_record_new();
	mr_record_set_int(options, "key_file", 1);
	must("open", mr_open(argv[1], options, &engine, &error), &error);
	mr_record_free(options);

	must("account", mr_record_from_json(json, &values, &error), &error);
	must("connect", mr_connect(engine, values, &job, &error), &error);
	mr_record_free(values);
	row = ended("connect", job);
	account = int_of(row, "account");
	mr_record_free(row);

	must("sync", mr_sync(engine, account, NULL, &job, &error), &error);
	row = ended("sync", job);
	say("sync", row);
	mr_record_free(row);

	must("status", mr_status(engine, account, &row, &error), &error);
	say("status", row);
	mr_record_free(row);

	values = mr_record_new();
	mr_record_set_int(values, "account", account);
	mr_record_set_text(values, "order", "-date");
	must("find", mr_find(engine, "message", values, &cursor, &error), &error);
	mr_record_free(values);
	while (must("next", mr_cursor_next(cursor, &message, &error), &error) != MR_END) {
		int64_t id = int_of(message, "id");

		must("get", mr_get(engine, "message", id, &row, &error), &error);
		say("message", row);
		mr_record_free(row);
		printf("{\"step\":\"body\",\"row\":{\"id\":%" PRId64 ",\"size\":%zu}}\n", id, body_size(engine, id));
	}
	mr_cursor_free(cursor);

	row = send_ended(engine, queue(engine, account, argv[2], 0));
	say("sent", row);
	mr_record_free(row);

	send = queue(engine, account, argv[3], 0);
	row = send_ended(engine, send);
	say("failed", row);
	mr_record_free(row);
	each_send(engine, "listed", "failed", 0);

	if (!fgets(json, sizeof json, stdin))
		return 0;
	must("resend", mr_resend(engine, send, NULL, &error), &error);
	row = send_ended(engine, send);
	say("resent", row);
	mr_record_free(row);

	send = queue(engine, account, argv[2], ((int64_t)time(NULL) + 3600) * 1000);
	must("cancel", mr_cancel(engine, send, &error), &error);
	must("get", mr_get(engine, "send", send, &row, &error), &error);
	say("cancelled", row);
	mr_record_free(row);

	batch = two_of_a_batch(engine, account, argv[2]);
	each_send(engine, NULL, NULL, batch);
	must("get", mr_get(engine, "batch", batch, &row, &error), &error);
	say("batch", row);
	mr_record_free(row);

	mr_close(engine);
	return 0;
}
