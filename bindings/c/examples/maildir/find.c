/* Messages are found by their Message-ID: what an append that was cut off has left, and what was sent. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "maildir.h"

enum { HEADER_LIMIT = 65536 };

/* Whether this header has the Message-ID, on one line, as Mailroom writes it. */
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
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && (!size || (size_t)status.st_size == size)) {
    got = read(file, header, HEADER_LIMIT - 1);
  }
  close(file);
  if (got <= 0) return false;
  header[got] = 0;
  return names(header, message_id);
}

mr_result find_message(mr_context *context, int folder, const char *message_id, size_t size, char ref[REF_LIMIT + 1]) {
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

/* A file is in the outbox or it is not: what is not found was not sent, and the manifest says that this is to be believed
 * at once (find_sent, settle_ms). */
mr_result maildir_find_sent(mr_session *session, mr_context *context, const mr_fields *what) {
  const char *message_id = text_of(what, "message_id");
  char ref[REF_LIMIT + 1] = "";
  mr_fields *fields = host->fields_new(context);
  mr_result result;
  int outbox;
  if (!fields) return no_memory(context);
  outbox = open_outbox(session, setting(context, "outbox"));
  if (outbox < 0) return failed_errno(context, "list", "the outbox cannot be opened");
  result = *message_id ? find_message(context, outbox, message_id, 0, ref) : MR_OK;
  close(outbox);
  if (result != MR_OK || !*ref) return result;
  result = set_text(fields, "ref", ref);
  if (result == MR_OK) result = host->emit(context, "sent", fields);
  return result > 0 ? MR_OK : result;
}
