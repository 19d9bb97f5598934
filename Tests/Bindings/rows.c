/* rows STORE: every row of the kinds that the tests compare, one JSON object a line, written field by field.
 *
 * It never asks the library for JSON: what it prints was read through mr_record_text, mr_record_int and their kin, so that
 * it can be held against the bindings, which read JSON. */
#include "example.h"

static void quote(const char *text, size_t length)
{
	size_t at;

	putchar('"');
	for (at = 0; at < length; at++) {
		unsigned char byte = (unsigned char)text[at];

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < 0x20)
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static void write_record(const mr_record *record);

static void write_text(const mr_record *record, const char *name)
{
	const char *text = NULL;
	size_t length = 0;
	mr_result result = mr_record_text(record, name, &text, &length);

	if (result != MR_OK)
		fail(name, result, NULL);
	quote(text, length);
}

static void write_item(const mr_record *record, const char *name, size_t index)
{
	const mr_record *inner = NULL;
	const char *text = NULL;
	size_t length = 0;
	int64_t value = 0;

	switch (mr_record_item_type(record, name, index)) {
	case MR_TEXT:
		if (mr_record_item_text(record, name, index, &text, &length) != MR_OK)
			fail(name, MR_E_INVALID, NULL);
		quote(text, length);
		break;
	case MR_INT:
		if (mr_record_item_int(record, name, index, &value) != MR_OK)
			fail(name, MR_E_INVALID, NULL);
		printf("%" PRId64, value);
		break;
	case MR_RECORD:
		if (mr_record_item(record, name, index, &inner) != MR_OK)
			fail(name, MR_E_INVALID, NULL);
		write_record(inner);
		break;
	default:
		fail(name, MR_E_INVALID, NULL);
	}
}

static void write_record(const mr_record *record)
{
	size_t index, item;

	putchar('{');
	for (index = 0; index < mr_record_size(record); index++) {
		const mr_record *inner = NULL;
		char name[64];
		int64_t value = 0;

		/* A lent name lives until the next call, and there are more of them below. */
		snprintf(name, sizeof name, "%s", mr_record_name(record, index));
		if (index)
			putchar(',');
		quote(name, strlen(name));
		putchar(':');
		switch (mr_record_type(record, index)) {
		case MR_TEXT:
			write_text(record, name);
			break;
		case MR_INT:
			if (mr_record_int(record, name, &value) != MR_OK)
				fail(name, MR_E_INVALID, NULL);
			printf("%" PRId64, value);
			break;
		case MR_LIST:
			putchar('[');
			for (item = 0; item < mr_record_count(record, name); item++) {
				if (item)
					putchar(',');
				write_item(record, name, item);
			}
			putchar(']');
			break;
		case MR_RECORD:
			if (mr_record_item(record, name, 0, &inner) != MR_OK)
				fail(name, MR_E_INVALID, NULL);
			write_record(inner);
			break;
		default:
			fail(name, MR_E_INVALID, NULL);
		}
	}
	putchar('}');
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = {"account", "folder", "message", "send", "recipient", "attempt", "batch", "log"};
	mr_error *error = NULL;
	mr_engine *engine = NULL;
	mr_record *options = mr_record_new();
	size_t kind;

	if (argc != 2)
		return 2;
	mr_record_set_text(options, "work", "never");
	must("open", mr_open(argv[1], options, &engine, &error), &error);
	mr_record_free(options);
	for (kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
		mr_cursor *cursor = NULL;
		const mr_record *row = NULL;

		must(kinds[kind], mr_find(engine, kinds[kind], NULL, &cursor, &error), &error);
		while (must("next", mr_cursor_next(cursor, &row, &error), &error) != MR_END) {
			printf("{\"kind\":\"%s\",\"row\":", kinds[kind]);
			write_record(row);
			printf("}\n");
		}
		mr_cursor_free(cursor);
	}
	mr_close(engine);
	return 0;
}
