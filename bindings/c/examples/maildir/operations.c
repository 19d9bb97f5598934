/* Operations that only this provider has. Their C arguments are what the signature says, one by one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "maildir.h"

static mr_result give(mr_context *context, mr_fields *fields) {
  mr_result result = host->emit(context, "result", fields);
  return result > 0 ? MR_OK : result;
}

/* maildir.count: how many messages lie in a folder, by its path. */
static mr_result count(mr_session *session, mr_context *context, const char *path) {
  struct listing listing;
  char native[REF_LIMIT + 2];
  size_t length = strlen(path);
  mr_fields *fields = host->fields_new(context);
  int folder;
  mr_result result;
  if (!fields) return no_memory(context);
  if (length == 0 || length > REF_LIMIT - 1) return failed(context, MR_E_INVALID, NULL, NULL, "folder: is no path");
  native[0] = '.';
  memcpy(native + 1, path, length + 1);
  result = open_folder(context, session, native, strcmp(path, "INBOX") ? length + 1 : 0, &folder);
  if (result != MR_OK) return result;
  result = listing_open(context, folder, &listing);
  if (result == MR_OK) result = set_int(fields, "messages", (int64_t)listing.count);
  if (result == MR_OK) result = give(context, fields);
  listing_free(&listing);
  close(folder);
  return result;
}

/* maildir.echo: gives every kind of argument back. */
static mr_result echo(mr_session *session, mr_context *context, int32_t i, int64_t l, double d, const char *s,
                      const char *optional, mr_bytes y, const mr_fields *r) {
  char number[64];
  mr_fields *fields = host->fields_new(context);
  mr_result result = fields ? MR_OK : no_memory(context);
  (void)session;
  snprintf(number, sizeof number, "%.17g", d);
  if (result == MR_OK) result = set_int(fields, "i", i);
  if (result == MR_OK) result = set_int(fields, "l", l);
  if (result == MR_OK) result = set_text(fields, "d", number);
  if (result == MR_OK) result = set_text(fields, "s", s);
  if (result == MR_OK && optional) result = set_text(fields, "o", optional);
  if (result == MR_OK) result = host->fields_set(fields, "y", MR_BYTES, y);
  if (result == MR_OK) result = set_text(fields, "r_name", text_of(r, "name"));
  return result == MR_OK ? give(context, fields) : result;
}

const mr_operation maildir_operations[] = {
  {sizeof(mr_operation), 0, "maildir.count", "s", "folder", "how many messages lie in a folder", (void (*)(void))count},
  {sizeof(mr_operation), 0, "maildir.echo", "ildsSyr", "i l d s o y r", "gives its arguments back",
   (void (*)(void))echo},
};
const uint32_t maildir_operation_count = sizeof maildir_operations / sizeof maildir_operations[0];
