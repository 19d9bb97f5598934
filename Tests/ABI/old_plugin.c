/* A provider as an author would have compiled it against an earlier minor version of mailroom_plugin.h, whose tables were
 * shorter: of mr_provider it knows the members up to `sync`, of mr_host those up to `commit`, and it tells the sizes that it
 * knows. The scheme `old` serves one folder with one message. */
#include <string.h>
#include "mailroom_plugin.h"

struct old_provider {
  uint32_t size, flags;
  const char *scheme;
  mr_result (*open)(mr_context *, mr_session **);
  void (*close)(mr_context *, mr_session *);
  mr_result (*folders)(mr_session *, mr_context *);
  mr_result (*sync)(mr_session *, mr_context *, const mr_fields *, mr_bytes);
};

static const mr_host *host;
static int session;

static mr_bytes text(const char *from) {
  mr_bytes bytes = {from, strlen(from)};
  return bytes;
}

static mr_result old_open(mr_context *context, mr_session **out) {
  (void)context;
  *out = (mr_session *)&session;
  return MR_OK;
}

static void old_close(mr_context *context, mr_session *one) {
  (void)context;
  (void)one;
}

static mr_result old_folders(mr_session *one, mr_context *context) {
  mr_fields *folder = host->fields_new(context);
  (void)one;
  host->fields_set(folder, "path", MR_TEXT, text("INBOX"));
  host->fields_set(folder, "role", MR_TEXT, text("inbox"));
  host->fields_set(folder, "native", MR_BYTES, text("INBOX"));
  return host->emit(context, "folder", folder);
}

static mr_result old_sync(mr_session *one, mr_context *context, const mr_fields *folder, mr_bytes cursor) {
  static const char message[] =
      "From: bob@example.com\r\nTo: ann@example.com\r\nSubject: From an old plugin\r\nMessage-ID: <old@example.com>\r\n"
      "\r\nStill here.\r\n";
  const int64_t size = sizeof message - 1, date = 1700000000000;
  const mr_bytes number = {&size, sizeof size}, when = {&date, sizeof date};
  mr_fields *fields = host->fields_new(context);
  mr_result result;
  (void)one;
  (void)folder;
  if (cursor.size > 0) return MR_OK;
  host->fields_set(fields, "ref", MR_TEXT, text("1"));
  host->fields_set(fields, "size", MR_INT, number);
  host->fields_set(fields, "internal_date", MR_INT, when);
  result = host->want(context, fields);
  if (result < 0) return result;
  if (result == MR_OK) {
    fields = host->fields_new(context);
    host->fields_set(fields, "ref", MR_TEXT, text("1"));
    host->fields_set(fields, "flags", MR_TEXT, text("\\Seen"));
    host->fields_set(fields, "internal_date", MR_INT, when);
    if ((result = host->message_begin(context, fields, size)) < 0) return result;
    if ((result = host->message_data(context, text(message))) < 0) return result;
    if ((result = host->message_end(context)) < 0) return result;
  }
  if ((result = host->emit(context, "complete", host->fields_new(context))) < 0) return result;
  return host->commit(context, text("all"));
}

static const struct old_provider provider = {sizeof provider, 0, "old", old_open, old_close, old_folders, old_sync};

__attribute__((visibility("default"))) mr_result mr_plugin_init_1(const mr_host *, mr_plugin *);

mr_result mr_plugin_init_1(const mr_host *given, mr_plugin *out) {
  if (!MR_REACHES(given, commit)) return MR_E_UNSUPPORTED;
  host = given;
  out->providers = (const mr_provider *)(const void *)&provider;
  out->provider_count = 1;
  out->provider_size = sizeof provider;
  return MR_OK;
}
