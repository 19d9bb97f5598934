/* Adds a message to a folder. An earlier try that was cut off is recognised by the Message-ID. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "maildir.h"

static mr_result deliver(mr_context *context, int folder, const mr_fields *what, mr_bytes message,
                         char ref[REF_LIMIT + 1]) {
  char name[96], info[64], from[104], to[192];
  mr_bytes date = {NULL, 0};
  int64_t ms = 0;
  mr_result result = write_new(context, folder, message, name);
  if (result != MR_OK) return result;
  info_of("", text_of(what, "flags"), "", info);
  snprintf(from, sizeof from, "tmp/%s", name);
  snprintf(to, sizeof to, "cur/%s:2,%s", name, info);
  if (host->fields_get(what, "internal_date", MR_INT, &date) == MR_OK) {
    struct timespec times[2];
    memcpy(&ms, date.data, sizeof ms);
    times[0].tv_sec = times[1].tv_sec = (time_t)(ms / 1000);
    times[0].tv_nsec = times[1].tv_nsec = (long)(ms % 1000) * 1000000;
    if (ms > 0) utimensat(folder, from, times, 0);
  }
  if (renameat(folder, from, folder, to) != 0) {
    result = failed_errno(context, "append", "the message cannot be moved into its place");
    unlinkat(folder, from, 0);
    return result;
  }
  sync_directory(folder, "cur");
  strcpy(ref, name);
  return MR_OK;
}

mr_result maildir_append(mr_session *session, mr_context *context, const mr_fields *what, mr_bytes message) {
  const char *message_id = text_of(what, "message_id");
  char ref[REF_LIMIT + 1] = "";
  mr_bytes again = {NULL, 0};
  int64_t is_again = 0;
  mr_fields *fields = host->fields_new(context);
  int folder;
  mr_result result = fields ? open_named(context, session, what, &folder) : no_memory(context);
  if (result != MR_OK) return result;
  if (host->fields_get(what, "again", MR_INT, &again) == MR_OK) memcpy(&is_again, again.data, sizeof is_again);
  if (is_again && *message_id) result = find_message(context, folder, message_id, message.size, ref);
  if (result == MR_OK && !*ref) result = deliver(context, folder, what, message, ref);
  close(folder);
  if (result == MR_OK) result = set_text(fields, "ref", ref);
  if (result == MR_OK) result = host->emit(context, "placed", fields);
  return result > 0 ? MR_OK : result;
}
