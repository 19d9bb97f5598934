/* What lies in the directories cur and new of one folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "maildir.h"

enum { ATTEMPTS = 3 };

/* native: empty for the Maildir itself, else ".Sub". It comes back from the store: it is checked like any input. */
mr_result open_folder(mr_context *context, const mr_session *session, const char *native, size_t length, int *out) {
  char name[256];
  if (length == 0) {
    *out = openat(session->base, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  } else {
    if (!is_subfolder(native, length)) return failed(context, MR_E_INVALID, "select", NULL, "not the name of a folder");
    memcpy(name, native, length);
    name[length] = 0;
    *out = openat(session->base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }
  return *out < 0 ? failed_errno(context, "select", "the folder cannot be opened") : MR_OK;
}

mr_result open_named(mr_context *context, const mr_session *session, const mr_fields *folder, int *out) {
  mr_bytes native = {NULL, 0};
  host->fields_get(folder, "native", MR_BYTES, &native);
  return open_folder(context, session, native.data, native.size, out);
}

static int64_t changed(int directory) {
  struct stat status;
  if (fstat(directory, &status) != 0) return -1;
  return (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
}

static bool add(struct listing *listing, const char *file, bool is_new) {
  char ref[REF_LIMIT + 1];
  struct entry *entry;
  if (!name_as_text(file, unique_length(file), ref)) return true;    /* no reference can be made of it: left out */
  if (listing->count == listing->capacity) {
    size_t capacity = listing->capacity ? listing->capacity * 2 : 256;
    struct entry *more = realloc(listing->entries, capacity * sizeof *more);
    if (!more) return false;
    listing->entries = more;
    listing->capacity = capacity;
  }
  entry = &listing->entries[listing->count];
  memset(entry, 0, sizeof *entry);
  entry->file = strdup(file);
  entry->ref = strdup(ref);
  entry->is_new = is_new;
  listing->count++;
  return entry->file && entry->ref;
}

/* Answers MR_E_CONNECTION with errno where the directory cannot be read. */
static mr_result add_all(mr_context *context, struct listing *listing, int directory, bool is_new) {
  int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = again < 0 ? NULL : fdopendir(again);
  struct dirent *found;
  mr_result result = MR_OK;
  size_t seen = 0;
  if (!stream) {
    result = failed_errno(context, "list", "the folder cannot be read");
    if (again >= 0) close(again);
    return result;
  }
  while (result == MR_OK && (errno = 0, found = readdir(stream)) != NULL) {
    if (found->d_name[0] == '.') continue;
    if (!add(listing, found->d_name, is_new)) result = no_memory(context);
    if (++seen % 1024 == 0 && result == MR_OK) result = host->check(context);
  }
  if (result == MR_OK && errno != 0) result = failed_errno(context, "list", "the folder cannot be read");
  closedir(stream);
  return result;
}

static int by_ref(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  int order = strcmp(a->ref, b->ref);
  return order ? order : (int)a->is_new - (int)b->is_new;
}

static void forget(struct listing *listing) {
  size_t index;
  for (index = 0; index < listing->count; index++) {
    free(listing->entries[index].file);
    free(listing->entries[index].ref);
  }
  listing->count = 0;
}

/* A file that moved from new to cur meanwhile was seen twice: cur, the later place, stays. */
static void make_unique(struct listing *listing) {
  size_t index, kept = 0;
  if (listing->count) qsort(listing->entries, listing->count, sizeof *listing->entries, by_ref);
  for (index = 0; index < listing->count; index++) {
    if (kept > 0 && !strcmp(listing->entries[kept - 1].ref, listing->entries[index].ref)) {
      free(listing->entries[index].file);
      free(listing->entries[index].ref);
    } else {
      listing->entries[kept++] = listing->entries[index];
    }
  }
  listing->count = kept;
}

/* A change of flags is a renaming, and a file that is renamed while a directory is read may not be seen at all. So
 * both are read again where they changed meanwhile; where they never rest, is_stable is false, and nothing is
 * declared gone. */
mr_result listing_open(mr_context *context, int folder, struct listing *listing) {
  mr_result result = MR_OK;
  int attempt;
  memset(listing, 0, sizeof *listing);
  listing->cur = openat(folder, "cur", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  listing->fresh = openat(folder, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (listing->cur < 0 || listing->fresh < 0) {
    result = failed_errno(context, "select", "the folder is not a Maildir");
  }
  for (attempt = 0; result == MR_OK && attempt < ATTEMPTS && !listing->is_stable; attempt++) {
    forget(listing);
    listing->cur_changed = changed(listing->cur);
    listing->new_changed = changed(listing->fresh);
    /* new first: what moves to cur in between is seen there */
    result = add_all(context, listing, listing->fresh, true);
    if (result == MR_OK) result = add_all(context, listing, listing->cur, false);
    listing->is_stable =
      listing->cur_changed == changed(listing->cur) && listing->new_changed == changed(listing->fresh);
  }
  if (result == MR_OK) make_unique(listing);
  return result;
}

static int ref_order(const void *key, const void *entry) {
  return strcmp(key, ((const struct entry *)entry)->ref);
}

struct entry *listing_find(struct listing *listing, const char *ref) {
  if (!listing->count) return NULL;
  return bsearch(ref, listing->entries, listing->count, sizeof *listing->entries, ref_order);
}

void listing_free(struct listing *listing) {
  forget(listing);
  free(listing->entries);
  if (listing->cur >= 0) close(listing->cur);
  if (listing->fresh >= 0) close(listing->fresh);
}
