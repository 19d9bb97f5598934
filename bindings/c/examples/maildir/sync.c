/* Bringing a folder up to date: what is on disk against what the store holds.
 *
 * The cursor is "1 CUR NEW": the mtimes of both directories (ns) when all in them had been stored. Where they are the
 * same again nothing has changed, and two calls of fstat(2) are the whole sync. "1 0 0": look again.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "maildir.h"

enum { PIECE = 65536 };

/* ---- the cursor */

static mr_result commit(mr_context *context, int64_t cur_changed, int64_t new_changed) {
  char text[64];
  mr_bytes cursor;
  cursor.data = text;
  cursor.size = (size_t)snprintf(text, sizeof text, "1 %" PRId64 " %" PRId64, cur_changed, new_changed);
  return host->commit(context, cursor);
}

/* Two changes within the clock's step look like one: an mtime counts only when it is older than two seconds. */
static mr_result commit_done(mr_context *context, const struct listing *listing, bool all_stored) {
  int64_t settled = (host->now_ms(1) - 2000) * 1000000;
  bool rests = all_stored && listing->is_stable && listing->cur_changed < settled && listing->new_changed < settled;
  return rests ? commit(context, listing->cur_changed, listing->new_changed) : commit(context, 0, 0);
}

static bool is_unchanged(int folder, mr_bytes cursor) {
  char text[64];
  int64_t cur_changed, new_changed;
  struct stat cur, fresh;
  if (cursor.size == 0 || cursor.size >= sizeof text) return false;
  memcpy(text, cursor.data, cursor.size);
  text[cursor.size] = 0;
  if (sscanf(text, "1 %" SCNd64 " %" SCNd64, &cur_changed, &new_changed) != 2 || cur_changed == 0) return false;
  if (fstatat(folder, "cur", &cur, 0) != 0 || fstatat(folder, "new", &fresh, 0) != 0) return false;
  return cur_changed == (int64_t)cur.st_mtim.tv_sec * 1000000000 + cur.st_mtim.tv_nsec &&
         new_changed == (int64_t)fresh.st_mtim.tv_sec * 1000000000 + fresh.st_mtim.tv_nsec;
}

/* Where a finding was answered with MR_COMMIT_NOW: all so far is stored, and the next sync looks again. */
static mr_result committed(mr_context *context, mr_result answer) {
  return answer == MR_COMMIT_NOW ? commit(context, 0, 0) : answer;
}

/* ---- what the store holds */

/* Whether both name the same flags: the store may keep them in another order. */
static bool same_flags(const char *left, const char *right) {
  const char *flag;
  if (strlen(left) != strlen(right)) return false;
  for (flag = left; *flag; flag += strcspn(flag, " "), flag += strspn(flag, " ")) {
    if (!has_flag(right, flag, strcspn(flag, " "))) return false;
  }
  return true;
}

/* One message that the store holds: gone from the disk, its flags changed, or nothing to say. */
static mr_result compare(mr_context *context, struct listing *listing, mr_fields *gone, mr_fields *changed,
                         const mr_fields *item) {
  const char *ref = text_of(item, "ref");
  struct entry *entry = listing_find(listing, ref);
  char flags[64];
  mr_result result;
  if (!entry) {
    if (!listing->is_stable) return MR_OK;
    if ((result = set_text(gone, "ref", ref)) != MR_OK) return result;
    return committed(context, host->emit(context, "gone", gone));
  }
  entry->is_known = true;
  flags_of(entry->is_new ? "" : entry->file, flags);
  if (same_flags(flags, text_of(item, "flags"))) return MR_OK;
  if ((result = set_text(changed, "ref", ref)) != MR_OK) return result;
  if ((result = set_text(changed, "flags", flags)) != MR_OK) return result;
  return committed(context, host->emit(context, "flags", changed));
}

/* Page by page: what is emitted does not move the pages that follow, for they go by the store's order. */
static mr_result compare_all(mr_context *context, const mr_fields *folder, struct listing *listing) {
  mr_fields *gone = host->fields_new(context), *changed = host->fields_new(context), *page = NULL;
  mr_result result = gone && changed ? MR_OK : no_memory(context);
  int64_t after = 0;
  do {
    mr_bytes next = {NULL, 0};
    size_t index, items;
    if (result == MR_OK) result = host->known(context, folder, after, &page);
    if (result != MR_OK) break;
    after = 0;
    if (host->fields_get(page, "next", MR_INT, &next) == MR_OK) memcpy(&after, next.data, sizeof after);
    items = host->fields_count(page, "items");
    for (index = 0; index < items && result == MR_OK; index++) {
      result = compare(context, listing, gone, changed, host->fields_item(page, "items", index));
    }
  } while (after > 0);
  return result;
}

/* ---- one message */

/* Opens it as what it must be: a regular file, no link, and never waiting. -1 where it is gone or something else. */
static int open_message(const struct listing *listing, const struct entry *entry, struct stat *status) {
  int file = openat(entry->is_new ? listing->fresh : listing->cur, entry->file,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file >= 0 && fstat(file, status) == 0 && S_ISREG(status->st_mode)) return file;
  if (file >= 0) close(file);
  return -1;
}

static mr_result stream_body(mr_context *context, int file, int64_t size) {
  char *piece = malloc(PIECE);
  mr_result result = piece ? MR_OK : no_memory(context);
  while (size > 0 && result == MR_OK) {
    ssize_t got = read(file, piece, size < PIECE ? (size_t)size : PIECE);
    mr_bytes data;
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      result = failed(context, MR_E_PROTOCOL, "fetch", NULL, "a message's file became shorter while it was read");
      break;
    }
    data.data = piece;
    data.size = (size_t)got;
    result = host->message_data(context, data);
    size -= got;
  }
  free(piece);
  return result;
}

/* MR_OK, MR_COMMIT_NOW, or MR_SKIP where the file is not there any more. */
static mr_result store(mr_context *context, const struct listing *listing, const struct entry *entry,
                       mr_fields *fields) {
  struct stat status;
  char flags[64];
  mr_result result;
  int file = open_message(listing, entry, &status);
  if (file < 0) return MR_SKIP;
  flags_of(entry->is_new ? "" : entry->file, flags);
  result = set_text(fields, "ref", entry->ref);
  if (result == MR_OK) result = set_text(fields, "flags", flags);
  if (result == MR_OK) {
    result = set_int(fields, "internal_date", (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000);
  }
  if (result == MR_OK) result = host->message_begin(context, fields, status.st_size);
  if (result == MR_OK) result = stream_body(context, file, status.st_size);
  if (result == MR_OK) result = host->message_end(context);
  close(file);
  return result;
}

/* ---- the messages that are new */

static int newest_first(const void *left, const void *right) {
  const struct entry *a = *(struct entry *const *)left, *b = *(struct entry *const *)right;
  if (a->date != b->date) return a->date < b->date ? 1 : -1;
  return strcmp(b->ref, a->ref);
}

static mr_result ask(mr_context *context, mr_fields *header, const struct entry *entry) {
  mr_result result = set_text(header, "ref", entry->ref);
  if (result == MR_OK) result = set_int(header, "size", entry->size);
  if (result == MR_OK) result = set_int(header, "internal_date", entry->date);
  return result == MR_OK ? host->want(context, header) : result;
}

static mr_result store_new(mr_context *context, struct listing *listing, struct entry **wanted, size_t count,
                           size_t known, bool *all) {
  mr_fields *header = host->fields_new(context), *fields = host->fields_new(context);
  mr_result result = header && fields ? MR_OK : no_memory(context);
  size_t index, skipped = 0;
  for (index = 0; index < count && result == MR_OK; index++) {
    host->progress(context, (int64_t)(known + index), (int64_t)(known + count));
    result = ask(context, header, wanted[index]);
    if (result == MR_SKIP) {
      /* a finding, too, but want never answers MR_COMMIT_NOW */
      result = ++skipped % 500 == 0 ? MR_COMMIT_NOW : MR_OK;
    } else if (result == MR_OK) {
      result = store(context, listing, wanted[index], fields);
      if (result == MR_SKIP) {
        *all = false;                       /* it moved meanwhile: the next sync finds it                 */
        result = MR_OK;
      }
    }
    result = committed(context, result);
  }
  host->progress(context, (int64_t)(known + index), (int64_t)(known + count));
  return result;
}

static mr_result find_new(mr_context *context, struct listing *listing, bool *all) {
  struct entry **wanted = malloc((listing->count + 1) * sizeof *wanted);
  struct stat status;
  size_t index, count = 0, known = 0;
  mr_result result = wanted ? MR_OK : no_memory(context);
  for (index = 0; index < listing->count && result == MR_OK; index++) {
    struct entry *entry = &listing->entries[index];
    if (entry->is_known) {
      known++;
      continue;
    }
    if (fstatat(entry->is_new ? listing->fresh : listing->cur, entry->file, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      *all = false;
      continue;
    }
    if (!S_ISREG(status.st_mode)) continue;
    entry->date = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    entry->size = status.st_size;
    wanted[count++] = entry;
  }
  if (count) qsort(wanted, count, sizeof *wanted, newest_first);
  if (result == MR_OK) result = store_new(context, listing, wanted, count, known, all);
  free(wanted);
  return result;
}

/* ---- the provider's functions */

mr_result maildir_sync(mr_session *session, mr_context *context, const mr_fields *fields, mr_bytes cursor) {
  struct listing listing;
  mr_fields *nothing = host->fields_new(context);
  bool all = true;
  int folder;
  mr_result result = nothing ? open_named(context, session, fields, &folder) : no_memory(context);
  if (result != MR_OK) return result;
  if (is_unchanged(folder, cursor)) {
    close(folder);
    return MR_OK;
  }
  result = listing_open(context, folder, &listing);
  if (result == MR_OK) result = compare_all(context, fields, &listing);
  if (result == MR_OK) result = find_new(context, &listing, &all);
  if (result == MR_OK) result = committed(context, host->emit(context, "complete", nothing));
  if (result == MR_OK) result = commit_done(context, &listing, all);
  listing_free(&listing);
  close(folder);
  return result;
}

mr_result maildir_fetch(mr_session *session, mr_context *context, const mr_fields *what) {
  struct listing listing;
  struct entry *entry = NULL;
  mr_fields *fields = host->fields_new(context);
  int folder;
  mr_result result = fields ? open_named(context, session, what, &folder) : no_memory(context);
  if (result != MR_OK) return result;
  result = listing_open(context, folder, &listing);
  if (result == MR_OK) entry = listing_find(&listing, text_of(what, "ref"));
  if (result == MR_OK) result = entry ? store(context, &listing, entry, fields) : MR_SKIP;
  if (result == MR_SKIP) {
    result = failed(context, MR_E_NOT_FOUND, "fetch", NULL, "the message is not in the folder any more");
  }
  listing_free(&listing);
  close(folder);
  return result > 0 ? MR_OK : result;
}
