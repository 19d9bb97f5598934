/* Adds a message to a folder. An earlier try that was cut off is recognised by the Message-ID. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "maildir.h"

enum { HEADER_LIMIT = 65536 };

/* Whether this header has the Message-ID, on one line, as the appender wrote it. */
static bool names(const char *header, const char *message_id) {
  static const char field[] = "Message-ID:";
  size_t length = strlen(message_id);
  const char *line = header;
  while (line && *line != '\r' && *line != '\n' && *line) {
    if (!strncasecmp(line, field, sizeof field - 1)) {
      const char *id = line + sizeof field - 1;
      id += strspn(id, " \t\r\n");
      return *id == '<' && !strncmp(id + 1, message_id, length) && id[1 + length] == '>';
    }
    if ((line = strchr(line, '\n')) != NULL) line++;
  }
  return false;
}

static bool is_same(const struct listing *listing, const struct entry *entry, const char *message_id, size_t size,
                    char *header) {
  struct stat status;
  ssize_t got = 0;
  int file = openat(entry->is_new ? listing->fresh : listing->cur, entry->file,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return false;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size == size) {
    got = read(file, header, HEADER_LIMIT - 1);
  }
  close(file);
  if (got <= 0) return false;
  header[got] = 0;
  return names(header, message_id);
}

/* What an earlier try has left; ref is empty where there is none. */
static mr_result find_earlier(mr_context *context, int folder, const char *message_id, size_t size,
                              char ref[REF_LIMIT + 1]) {
  struct listing listing;
  char *header = malloc(HEADER_LIMIT);
  mr_result result = listing_open(context, folder, &listing);
  size_t index;
  if (!header && result == MR_OK) result = no_memory(context);
  for (index = 0; result == MR_OK && index < listing.count && !*ref; index++) {
    if (is_same(&listing, &listing.entries[index], message_id, size, header)) strcpy(ref, listing.entries[index].ref);
    if (index % 256 == 0) result = host->check(context);
  }
  listing_free(&listing);
  free(header);
  return result;
}

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
  if (is_again && *message_id) result = find_earlier(context, folder, message_id, message.size, ref);
  if (result == MR_OK && !*ref) result = deliver(context, folder, what, message, ref);
  close(folder);
  if (result == MR_OK) result = set_text(fields, "ref", ref);
  if (result == MR_OK) result = host->emit(context, "placed", fields);
  return result > 0 ? MR_OK : result;
}
