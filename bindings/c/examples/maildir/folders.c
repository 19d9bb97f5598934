/* The folders: INBOX is the Maildir itself, Maildir++ keeps the others in it as .Name or .Name.Below. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "maildir.h"

static const char *role_of(const char *path) {
  static const struct { const char *name, *role; } known[] = {
    {"INBOX", "inbox"}, {"Sent", "sent"}, {"Drafts", "drafts"}, {"Trash", "trash"}, {"Junk", "junk"}, {"Spam", "junk"},
    {"Archive", "archive"},
  };
  size_t index;
  for (index = 0; index < sizeof known / sizeof known[0]; index++) {
    if (!strcasecmp(path, known[index].name)) return known[index].role;
  }
  return "";
}

static mr_result emit_folder(mr_context *context, mr_fields *fields, const char *path, const char *native) {
  mr_bytes spelling;
  mr_result result;
  spelling.data = native;
  spelling.size = strlen(native);
  if ((result = set_text(fields, "path", path)) != MR_OK) return result;
  if ((result = set_text(fields, "delimiter", ".")) != MR_OK) return result;
  if ((result = set_text(fields, "role", role_of(path))) != MR_OK) return result;
  if ((result = set_int(fields, "selectable", 1)) != MR_OK) return result;
  if ((result = host->fields_set(fields, "native", MR_BYTES, spelling)) != MR_OK) return result;
  result = host->emit(context, "folder", fields);
  return result > 0 ? MR_OK : result;
}

/* Whether it is a folder: a directory, not a link to one, with cur in it. */
static bool is_maildir(int base, const char *name) {
  int folder = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  bool is = folder >= 0 && faccessat(folder, "cur", R_OK | X_OK, 0) == 0 &&
            faccessat(folder, "new", R_OK | X_OK, 0) == 0;
  if (folder >= 0) close(folder);
  return is;
}

mr_result maildir_folders(mr_session *session, mr_context *context) {
  mr_fields *fields = host->fields_new(context);
  int again = openat(session->base, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = again < 0 ? NULL : fdopendir(again);
  struct dirent *found;
  mr_result result;
  char path[REF_LIMIT + 1];
  if (!stream || !fields) {
    result = fields ? failed_errno(context, "list", "the Maildir cannot be read") : no_memory(context);
    if (stream) closedir(stream);
    else if (again >= 0) close(again);
    return result;
  }
  result = emit_folder(context, fields, "INBOX", "");
  while (result == MR_OK && (errno = 0, found = readdir(stream)) != NULL) {
    size_t length = strlen(found->d_name);
    if (!is_subfolder(found->d_name, length) || !name_as_text(found->d_name + 1, length - 1, path)) continue;
    if (!strcasecmp(path, "INBOX") || !is_maildir(session->base, found->d_name)) continue;
    result = emit_folder(context, fields, path, found->d_name);
  }
  if (result == MR_OK && errno != 0) result = failed_errno(context, "list", "the Maildir cannot be read");
  closedir(stream);
  return result;
}
