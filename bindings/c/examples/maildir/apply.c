/* Wishes carried out by renaming, linking and removing files. A message keeps its unique name when it moves or is copied:
 * so doing it again finds that it is done, and the reference in the target is known beforehand. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "maildir.h"

/* A kind of finding about one message: flags may be NULL. */
static mr_result tell(mr_context *context, const char *kind, const char *ref, const char *flags) {
  mr_fields *fields = host->fields_new(context);
  mr_result result = fields ? set_text(fields, "ref", ref) : no_memory(context);
  if (result == MR_OK && flags) result = set_text(fields, "flags", flags);
  if (result == MR_OK) result = host->emit(context, kind, fields);
  return result > 0 ? MR_OK : result;
}

/* The letters are what the name says; keywords a Maildir cannot keep, and says so by leaving them out. */
static mr_result set_flags(mr_context *context, const struct listing *listing, const struct entry *entry,
                           const char *add, const char *remove) {
  char info[64], name[NAME_MAX + 1], flags[64];
  int length;
  info_of(entry->is_new ? "" : entry->file, add, remove, info);
  length = snprintf(name, sizeof name, "%.*s:2,%s", (int)unique_length(entry->file), entry->file, info);
  if (length < 0 || (size_t)length >= sizeof name) {
    return failed(context, MR_E_REFUSED, "store", NULL, "the file's name has no room for more flags");
  }
  if (renameat(entry->is_new ? listing->fresh : listing->cur, entry->file, listing->cur, name) != 0) {
    return failed_errno(context, "store", "the message cannot be renamed");
  }
  flags_of(name, flags);
  return tell(context, "flags", entry->ref, flags);
}

/* Whether the message is in the other folder already, from an earlier try. */
static mr_result is_there(mr_context *context, int folder, const char *ref, bool *out) {
  struct listing listing;
  mr_result result = listing_open(context, folder, &listing);
  if (result == MR_OK) *out = listing_find(&listing, ref) != NULL;
  listing_free(&listing);
  return result;
}

/* A second name for the same file: link(2) is all or nothing, and makes nothing where the name is taken. */
static mr_result link_into(mr_context *context, const struct listing *listing, const struct entry *entry, int target) {
  char path[NAME_MAX + 16];
  const char *sub = entry->is_new ? "new" : "cur";
  bool there = false;
  mr_result result = is_there(context, target, entry->ref, &there);
  if (result != MR_OK || there) return result;
  snprintf(path, sizeof path, "%s/%s", sub, entry->file);
  if (linkat(entry->is_new ? listing->fresh : listing->cur, entry->file, target, path, 0) != 0 && errno != EEXIST) {
    return failed_errno(context, "copy", "the message cannot be put into the other folder");
  }
  sync_directory(target, sub);
  return MR_OK;
}

static mr_result unlink_entry(mr_context *context, const struct listing *listing, const struct entry *entry) {
  if (unlinkat(entry->is_new ? listing->fresh : listing->cur, entry->file, 0) != 0 && errno != ENOENT) {
    return failed_errno(context, "delete", "the message cannot be removed");
  }
  return tell(context, "gone", entry->ref, NULL);
}

static mr_result transfer(mr_session *session, mr_context *context, const mr_fields *change,
                          const struct listing *listing, const struct entry *entry, bool is_move) {
  const mr_fields *where = host->fields_item(change, "target", 0);
  int target;
  mr_result result;
  if (!where) return failed(context, MR_E_INVALID, NULL, NULL, "target: is missing");
  if ((result = open_named(context, session, where, &target)) != MR_OK) return result;
  result = link_into(context, listing, entry, target);
  close(target);
  if (result == MR_OK && is_move) result = unlink_entry(context, listing, entry);
  return result == MR_OK ? tell(context, "placed", entry->ref, NULL) : result;
}

/* Not in the folder: an earlier try may have moved it. */
static mr_result gone(mr_session *session, mr_context *context, const mr_fields *change, const char *ref) {
  const mr_fields *where = host->fields_item(change, "target", 0);
  bool there = false;
  int target;
  mr_result result = tell(context, "gone", ref, NULL);
  if (result != MR_OK || !where || strcmp(text_of(change, "kind"), "move") != 0) return result;
  if ((result = open_named(context, session, where, &target)) != MR_OK) return result;
  result = is_there(context, target, ref, &there);
  close(target);
  return result == MR_OK && there ? tell(context, "placed", ref, NULL) : result;
}

mr_result maildir_apply(mr_session *session, mr_context *context, const mr_fields *change) {
  const char *kind = text_of(change, "kind"), *ref = text_of(change, "ref");
  struct listing listing;
  struct entry *entry;
  int folder;
  mr_result result = open_named(context, session, change, &folder);
  if (result != MR_OK) return result;
  result = listing_open(context, folder, &listing);
  entry = result == MR_OK ? listing_find(&listing, ref) : NULL;
  if (result != MR_OK) {
    /* said already */
  } else if (!entry && !listing.is_stable) {
    result = failed(context, MR_E_OUTAGE, "select", NULL, "the folder does not rest: the message may be in it");
  } else if (!entry) {
    result = gone(session, context, change, ref);
  } else if (!strcmp(kind, "flags")) {
    result = set_flags(context, &listing, entry, text_of(change, "add"), text_of(change, "remove"));
  } else if (!strcmp(kind, "move") || !strcmp(kind, "copy")) {
    result = transfer(session, context, change, &listing, entry, kind[0] == 'm');
  } else if (!strcmp(kind, "delete")) {
    result = unlink_entry(context, &listing, entry);
  } else {
    result = failed(context, MR_E_INVALID, NULL, NULL, "kind: is none of flags, move, copy, delete");
  }
  listing_free(&listing);
  close(folder);
  return result;
}
