/* What records take, keep, lend and refuse. No engine is needed. */
#include <stdint.h>
#include "check.h"

static mr_error *error;

static void types(void) {
  mr_record *record = mr_record_new();
  const char *text;
  const void *bytes;
  size_t length;
  int64_t number;
  CHECK(mr_record_set_text(record, "text", "gr\xc3\xbc\xc3\x9f") == MR_OK);
  CHECK(mr_record_set_int(record, "int", INT64_MIN) == MR_OK);
  CHECK(mr_record_set_bytes(record, "bytes", "a\0b", 3) == MR_OK);
  CHECK(mr_record_set_bytes(record, "empty", NULL, 0) == MR_OK);
  CHECK(mr_record_add_int(record, "list", 5) == MR_OK);
  CHECK(mr_record_add_text(record, "list", "five") == MR_OK);
  CHECK(mr_record_size(record) == 5);
  CHECK(strcmp(mr_record_name(record, 0), "text") == 0 && mr_record_type(record, 0) == MR_TEXT);
  CHECK(strcmp(mr_record_name(record, 1), "int") == 0 && mr_record_type(record, 1) == MR_INT);
  CHECK(strcmp(mr_record_name(record, 2), "bytes") == 0 && mr_record_type(record, 2) == MR_BYTES);
  CHECK(mr_record_type(record, 4) == MR_LIST);
  CHECK(mr_record_name(record, 5) == NULL && mr_record_type(record, 5) == 0);
  CHECK(mr_record_name(record, SIZE_MAX) == NULL && mr_record_type(record, SIZE_MAX) == 0);

  CHECK(mr_record_text(record, "text", &text, &length) == MR_OK && length == 6 && strcmp(text, "gr\xc3\xbc\xc3\x9f") == 0);
  CHECK(mr_record_text(record, "text", &text, NULL) == MR_OK);
  CHECK(mr_record_int(record, "int", &number) == MR_OK && number == INT64_MIN);
  CHECK(mr_record_bytes(record, "bytes", &bytes, &length) == MR_OK && length == 3 && memcmp(bytes, "a\0b", 3) == 0);
  CHECK(mr_record_bytes(record, "empty", &bytes, &length) == MR_OK && length == 0 && bytes != NULL);
  CHECK(mr_record_bytes(record, "text", &bytes, &length) == MR_OK && length == 6);

  CHECK(mr_record_text(record, "absent", &text, &length) == MR_E_NOT_FOUND && text == NULL && length == 0);
  CHECK(mr_record_text(record, "int", &text, &length) == MR_E_INVALID && text == NULL);
  CHECK(mr_record_text(record, "bytes", &text, &length) == MR_E_INVALID);
  CHECK(mr_record_int(record, "text", &number) == MR_E_INVALID && number == 0);
  CHECK(mr_record_int(record, "absent", &number) == MR_E_NOT_FOUND);
  CHECK(mr_record_bytes(record, "int", &bytes, &length) == MR_E_INVALID && bytes == NULL);

  CHECK(mr_record_count(record, "list") == 2 && mr_record_count(record, "text") == 0 && mr_record_count(record, "no") == 0);
  CHECK(mr_record_item_type(record, "list", 0) == MR_INT && mr_record_item_type(record, "list", 1) == MR_TEXT);
  CHECK(mr_record_item_type(record, "list", 2) == 0 && mr_record_item_type(record, "list", SIZE_MAX) == 0);
  CHECK(mr_record_item_int(record, "list", 0, &number) == MR_OK && number == 5);
  CHECK(mr_record_item_text(record, "list", 1, &text, &length) == MR_OK && strcmp(text, "five") == 0 && length == 4);
  CHECK(mr_record_item_text(record, "list", 0, &text, NULL) == MR_E_INVALID && text == NULL);
  CHECK(mr_record_item_text(record, "list", 2, &text, NULL) == MR_E_NOT_FOUND);
  CHECK(mr_record_item_text(record, "text", 0, &text, NULL) == MR_E_INVALID);

  /* An existing field keeps its place, whatever it becomes. */
  CHECK(mr_record_set_int(record, "text", 1) == MR_OK && mr_record_size(record) == 5 && mr_record_type(record, 0) == MR_INT);
  CHECK(mr_record_add_text(record, "text", "x") == MR_E_INVALID && mr_record_type(record, 0) == MR_INT);
  mr_record_free(record);
}

static void nesting(void) {
  mr_record *outer = mr_record_new(), *inner = mr_record_new();
  const mr_record *item, *again;
  const char *text;
  mr_record_set_text(inner, "address", "ann@example.com");
  CHECK(mr_record_add_record(outer, "to", inner) == MR_OK);
  CHECK(mr_record_set_text(inner, "address", "changed@example.com") == MR_OK);
  CHECK(mr_record_add_record(outer, "to", inner) == MR_OK);
  CHECK(mr_record_set_record(outer, "one", inner) == MR_OK);
  mr_record_free(inner);

  CHECK(mr_record_count(outer, "to") == 2 && mr_record_count(outer, "one") == 1);
  CHECK(mr_record_item(outer, "to", 0, &item) == MR_OK);
  CHECK(mr_record_text(item, "address", &text, NULL) == MR_OK && strcmp(text, "ann@example.com") == 0);
  CHECK(mr_record_item(outer, "to", 0, &again) == MR_OK && again == item);
  CHECK(mr_record_item(outer, "to", 1, &again) == MR_OK && again != item);
  CHECK(strcmp(text, "ann@example.com") == 0);
  CHECK(mr_record_item(outer, "one", 0, &item) == MR_OK);
  CHECK(mr_record_item(outer, "one", 1, &item) == MR_E_NOT_FOUND && item == NULL);
  CHECK(mr_record_item(outer, "to", 2, &item) == MR_E_NOT_FOUND);
  CHECK(mr_record_item(outer, "no", 0, &item) == MR_E_NOT_FOUND);

  /* A lent record is neither changed nor freed. */
  CHECK(mr_record_item(outer, "to", 0, &item) == MR_OK);
  CHECK(mr_record_set_text((mr_record *)item, "address", "x") == MR_E_INVALID);
  mr_record_free((mr_record *)item);
  CHECK(mr_record_text(item, "address", &text, NULL) == MR_OK && strcmp(text, "ann@example.com") == 0);
  mr_record_free(outer);

  /* 32 deep, and no deeper. */
  mr_record *record = mr_record_new();
  int depth = 0;
  for (;; depth++) {
    mr_record *around = mr_record_new();
    mr_result result = mr_record_set_record(around, "inner", record);
    mr_record_free(record);
    record = around;
    if (result != MR_OK || depth > 100) break;
  }
  CHECK(depth == 32);
  mr_record_free(record);
}

static void limits(void) {
  mr_record *record = mr_record_new();
  char name[80], *large;
  const size_t limit = (size_t)64 << 20;
  memset(name, 'a', sizeof name);
  name[64] = 0;
  CHECK(mr_record_set_int(record, name, 1) == MR_OK);
  memset(name, 'a', sizeof name);
  name[65] = 0;
  CHECK(mr_record_set_int(record, name, 1) == MR_E_INVALID);
  CHECK(mr_record_set_int(record, "", 1) == MR_E_INVALID);
  CHECK(mr_record_set_int(record, "two words", 1) == MR_E_INVALID);
  CHECK(mr_record_set_int(record, "line\nbreak", 1) == MR_E_INVALID);
  CHECK(mr_record_set_int(record, "gr\xc3\xbc\xc3\x9f", 1) == MR_E_INVALID);
  CHECK(mr_record_set_int(record, "\xff", 1) == MR_E_INVALID);
  CHECK(mr_record_set_text(record, "text", "\xff") == MR_E_INVALID);
  CHECK(mr_record_set_text(record, "text", "\xc0\x80") == MR_E_INVALID);
  CHECK(mr_record_set_text(record, "text", "\xed\xa0\x80") == MR_E_INVALID);
  CHECK(mr_record_set_text(record, "text", "cut \xe2\x82") == MR_E_INVALID);
  CHECK(mr_record_set_bytes(record, "bytes", "x", SIZE_MAX) == MR_E_INVALID);
  CHECK(mr_record_set_bytes(record, "bytes", "x", SIZE_MAX / 2) == MR_E_INVALID);
  CHECK(mr_record_set_bytes(record, "bytes", "x", limit + 1) == MR_E_INVALID);
  CHECK(mr_record_size(record) == 1);

  large = (char *)malloc(limit + 2);
  memset(large, 'x', limit + 1);
  large[limit + 1] = 0;
  CHECK(mr_record_set_text(record, "text", large) == MR_E_INVALID);
  mr_record *none;
  INVALID("json", mr_record_from_json(large, &none, &error));
  large[limit] = 0;
  CHECK(mr_record_set_text(record, "text", large) == MR_OK);
  CHECK(mr_record_set_bytes(record, "bytes", large, limit) == MR_OK);
  free(large);
  mr_record_free(record);

  record = mr_record_new();
  for (int index = 0; index < 1001; index++) {
    snprintf(name, sizeof name, "field%d", index);
    CHECK(mr_record_set_int(record, name, index) == (index < 1000 ? MR_OK : MR_E_INVALID));
  }
  CHECK(mr_record_size(record) == 1000);
  CHECK(mr_record_set_int(record, "field0", 5) == MR_OK);
  mr_record_free(record);

  record = mr_record_new();
  for (int index = 0; index < 100000; index++)
    if (mr_record_add_int(record, "list", index) != MR_OK) { CHECK(!"100,000 items are allowed"); break; }
  CHECK(mr_record_add_int(record, "list", 0) == MR_E_INVALID && mr_record_count(record, "list") == 100000);
  mr_record_free(record);
}

static void json(void) {
  static const char *const bad[] = {
    "", " ", "[]", "7", "\"x\"", "null", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}x", "{\"a\":1.5}",
    "{\"a\":1e3}", "{\"a\":9223372036854775808}", "{\"a\":[1,null]}", "{\"a\":1,\"a\":2}", "{\"a\":\"\\u0000\"}",
    "{\"a\\u0000b\":1}", "{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}", "{'a':1}", "{\"two words\":1}", "{\"\":1}",
    "{\"a\":{\"b c\":1}}", "{\"a\":NaN}", "\xef\xbb\xbf{}",
  };
  mr_record *record;
  const char *text;
  int64_t number;
  for (size_t index = 0; index < sizeof bad / sizeof *bad; index++) {
    record = (mr_record *)&index;
    mr_result result = mr_record_from_json(bad[index], &record, &error);
    if (result != MR_E_INVALID || record || !error || !*mr_error_message(error) || !mr_error_field(error, "field")) {
      failures++;
      printf("JSON %s: gave %d: %s\n", bad[index], (int)result, message_of(error));
    }
    mr_error_free(error);
  }

  /* Deeper than is allowed, by far: the reader must end with an error, not with the stack. */
  char *deep = (char *)malloc(200006);
  memcpy(deep, "{\"a\":", 5);
  memset(deep + 5, '[', 200000);
  deep[200005] = 0;
  INVALID("json", mr_record_from_json(deep, &record, &error));
  free(deep);

  record = from_json("{\"t\":\"gr\\u00fc\\u00df\",\"n\":-9223372036854775808,\"yes\":true,\"no\":false,\"nothing\":null,"
                     "\"l\":[1,\"x\",{\"k\":2}],\"r\":{\"k\":3}}");
  CHECK(mr_record_size(record) == 6);
  CHECK(mr_record_text(record, "t", &text, NULL) == MR_OK && strcmp(text, "gr\xc3\xbc\xc3\x9f") == 0);
  CHECK(mr_record_int(record, "n", &number) == MR_OK && number == INT64_MIN);
  CHECK(mr_record_int(record, "yes", &number) == MR_OK && number == 1);
  CHECK(mr_record_int(record, "no", &number) == MR_OK && number == 0);
  CHECK(mr_record_int(record, "nothing", &number) == MR_E_NOT_FOUND);
  CHECK(mr_record_item_type(record, "l", 2) == MR_RECORD && mr_record_type(record, 5) == MR_RECORD);
  CHECK(strcmp(mr_record_json(record), "{\"t\":\"gr\xc3\xbc\xc3\x9f\",\"n\":-9223372036854775808,\"yes\":1,\"no\":0,"
                                       "\"l\":[1,\"x\",{\"k\":2}],\"r\":{\"k\":3}}") == 0);
  mr_record_free(record);

  record = mr_record_new();
  CHECK(strcmp(mr_record_json(record), "{}") == 0);
  mr_record_set_bytes(record, "b", "\0\xff?", 3);
  CHECK(strcmp(mr_record_json(record), "{\"b\":\"AP8/\"}") == 0);
  mr_record_set_text(record, "b", "\"\\\n");
  CHECK(strcmp(mr_record_json(record), "{\"b\":\"\\\"\\\\\\n\"}") == 0);
  mr_record_free(record);
}

/* What a record lends stays where it is while the record is only read. */
static void lending(void) {
  mr_record *record = mr_record_new();
  const char *first, *second, *name, *line;
  mr_record_set_text(record, "a", "first");
  mr_record_set_text(record, "b", "second");
  CHECK(mr_record_text(record, "a", &first, NULL) == MR_OK && mr_record_text(record, "b", &second, NULL) == MR_OK);
  name = mr_record_name(record, 0);
  line = mr_record_json(record);
  for (int index = 0; index < 1000; index++) {
    const char *text;
    CHECK(mr_record_text(record, "a", &text, NULL) == MR_OK && text == first);
    CHECK(mr_record_name(record, 0) == name && mr_record_json(record) == line);
  }
  CHECK(strcmp(first, "first") == 0 && strcmp(second, "second") == 0 && strcmp(name, "a") == 0);
  mr_record_free(record);
}

int main(void) {
  types();
  nesting();
  limits();
  json();
  lending();
  return finish();
}
