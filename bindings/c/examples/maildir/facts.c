/* Fields in and out, and failures with their facts. */
#include <errno.h>
#include <string.h>
#include "maildir.h"

static mr_bytes bytes(const void *data, size_t size) {
  mr_bytes made;
  made.data = data;
  made.size = size;
  return made;
}

mr_result set_text(mr_fields *fields, const char *name, const char *text) {
  return host->fields_set(fields, name, MR_TEXT, bytes(text, strlen(text)));
}

mr_result set_int(mr_fields *fields, const char *name, int64_t value) {
  return host->fields_set(fields, name, MR_INT, bytes(&value, sizeof value));
}

static const char *copied(mr_context *context, mr_bytes value) {
  char *copy;
  if (value.size && memchr(value.data, 0, value.size)) return NULL;
  copy = host->alloc(context, value.size + 1);
  if (!copy) return NULL;
  if (value.size) memcpy(copy, value.data, value.size);
  copy[value.size] = 0;
  return copy;
}

const char *setting(mr_context *context, const char *name) {
  mr_bytes value = {NULL, 0};
  if (host->setting(context, name, &value) != MR_OK) return NULL;
  return copied(context, value);
}

const char *text_of(const mr_fields *fields, const char *name) {
  mr_bytes value = {NULL, 0};
  if (host->fields_get(fields, name, MR_TEXT, &value) != MR_OK || !value.data) return "";
  return value.data;                        /* a NUL follows every text                                  */
}

mr_result failed(mr_context *context, mr_result code, const char *step, const struct refusal *said,
                 const char *message) {
  mr_fields *facts = host->fields_new(context);
  if (!facts) return code;
  if (step) set_text(facts, "step", step);
  if (said) {
    set_int(facts, "smtp", said->smtp);
    set_text(facts, "enhanced", said->enhanced);
    set_text(facts, "text", said->text);
  }
  if (message) set_text(facts, "message", message);
  host->fail(context, code, facts);
  return code;
}

mr_result failed_errno(mr_context *context, const char *step, const char *message) {
  mr_fields *facts = host->fields_new(context);
  int number = errno;
  if (!facts) return MR_E_CONNECTION;
  set_text(facts, "step", step);
  set_text(facts, "text", strerror(number));
  set_text(facts, "message", message);
  host->fail(context, MR_E_CONNECTION, facts);
  return MR_E_CONNECTION;
}

mr_result no_memory(mr_context *context) {
  return failed(context, MR_E_INTERNAL, NULL, NULL, "no memory");
}
