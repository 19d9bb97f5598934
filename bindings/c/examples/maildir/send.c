/* "Sending": the message becomes a file in the outbox. Who it is for decides what becomes of it, so that tests and the
 * smoke run need no network:
 *
 *   refuse@...   550 5.1.1, refused               limit@...    550 5.4.5, the day's limit is reached
 *   later@...    450 4.2.1, deferred
 *   once@...     550 5.1.1 at the first attempt with this message, then accepted
 *   unknown@...  written, and then no answer: MR_E_UNKNOWN_OUTCOME
 *   anybody else accepted
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "maildir.h"

static const struct refusal accepted = {250, "2.0.0", "Ok: written into the outbox"};
static const struct refusal no_mailbox = {550, "5.1.1", "The mailbox does not exist"};
static const struct refusal first_time = {550, "5.1.1", "Not at the first attempt"};
static const struct refusal not_now = {450, "4.2.1", "The recipient is receiving mail too quickly, try again later"};
static const struct refusal limited = {550, "5.4.5", "Daily user sending limit exceeded"};

static bool local_part_is(const char *address, const char *name) {
  size_t length = strlen(name);
  return !strncasecmp(address, name, length) && address[length] == '@';
}

/* ---- the outbox */

static int make_directory(int parent, const char *name) {
  if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) return -1;
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int open_outbox(mr_session *session, const char *path) {
  static const char *const parts[] = {"tmp", "new", "cur"};
  int outbox = -1, part, mark;
  size_t index;
  if (path && *path) {
    if (mkdir(path, 0700) == 0 || errno == EEXIST) outbox = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  } else {
    outbox = make_directory(session->base, ".Sent");
    /* Maildir++ marks its subfolders. */
    mark = outbox < 0 ? -1 : openat(outbox, "maildirfolder", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (mark >= 0) close(mark);
  }
  for (index = 0; outbox >= 0 && index < sizeof parts / sizeof parts[0]; index++) {
    part = make_directory(outbox, parts[index]);
    if (part < 0) {
      close(outbox);
      return -1;
    }
    close(part);
  }
  return outbox;
}

/* Whether this is the first attempt with this message for this recipient: then a marker is left in the outbox. */
static bool is_first(int outbox, const char *message_id, const char *address) {
  const char *const texts[] = {message_id, "\n", address};
  uint64_t hash = 14695981039346656037u;    /* FNV-1a                                                     */
  char name[64];
  size_t index;
  const char *at;
  int file;
  for (index = 0; index < 3; index++) {
    for (at = texts[index]; *at; at++) hash = (hash ^ (unsigned char)*at) * 1099511628211u;
  }
  snprintf(name, sizeof name, "once-%08lx%08lx", (unsigned long)(hash >> 32), (unsigned long)(hash & 0xffffffffu));
  file = openat(outbox, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) close(file);
  return file >= 0;
}

/* ---- the recipients */

static const struct refusal *answer_to(int outbox, const char *message_id, const char *address) {
  if (local_part_is(address, "refuse")) return &no_mailbox;
  if (local_part_is(address, "later")) return &not_now;
  if (local_part_is(address, "limit")) return &limited;
  if (local_part_is(address, "once") && is_first(outbox, message_id, address)) return &first_time;
  return &accepted;
}

static mr_result tell(mr_context *context, mr_fields *fields, const char *address, const struct refusal *answer) {
  const char *outcome = answer->smtp < 400 ? "accepted" : answer->smtp < 500 ? "deferred" : "refused";
  mr_result result = set_text(fields, "address", address);
  if (result == MR_OK) result = set_text(fields, "outcome", outcome);
  if (result == MR_OK) result = set_int(fields, "smtp", answer->smtp);
  if (result == MR_OK) result = set_text(fields, "enhanced", answer->enhanced);
  if (result == MR_OK) result = set_text(fields, "text", answer->text);
  if (result == MR_OK) result = host->emit(context, "recipient", fields);
  return result > 0 ? MR_OK : result;
}

static mr_result all_refused(mr_context *context, const struct refusal *answer) {
  if (answer->smtp < 500) return failed(context, MR_E_THROTTLED, "rcpt", answer, "every recipient was put off");
  return failed(context, MR_E_REFUSED, "rcpt", answer, "every recipient was refused");
}

/* ---- the file */

/* tmp first, whole and synced; then, once the host agrees, it gets its place in new: that cannot be taken back. */
static mr_result deliver(mr_context *context, int outbox, mr_bytes message) {
  char name[96], from[104], to[104];
  mr_fields *nothing = host->fields_new(context);
  mr_result result = nothing ? write_new(context, outbox, message, name) : no_memory(context);
  if (result != MR_OK) return result;
  snprintf(from, sizeof from, "tmp/%s", name);
  snprintf(to, sizeof to, "new/%s", name);
  result = host->emit(context, "offer", nothing);
  if (result > 0) result = MR_OK;
  if (result == MR_OK && renameat(outbox, from, outbox, to) != 0) {
    result = failed_errno(context, "dot", "the message cannot be moved into its place");
  }
  if (result != MR_OK) {
    unlinkat(outbox, from, 0);
    return result;
  }
  sync_directory(outbox, "new");
  return MR_OK;
}

mr_result maildir_send(mr_session *session, mr_context *context, const mr_fields *envelope, mr_bytes message) {
  size_t count = host->fields_count(envelope, "recipients"), index, taken = 0;
  const char *message_id = text_of(envelope, "message_id"), *path = setting(context, "outbox");
  const struct refusal **answers = host->alloc(context, (count + 1) * sizeof *answers), *worst = NULL;
  mr_fields *fields = host->fields_new(context);
  bool is_unknown = false;
  mr_result result = MR_OK;
  int outbox;
  if (!answers || !fields) return no_memory(context);
  if (count == 0) return failed(context, MR_E_INVALID, NULL, NULL, "recipients: there is none");
  if (path && *path && *path != '/') {
    return failed(context, MR_E_INVALID, NULL, NULL, "outbox: must be an absolute path");
  }
  outbox = open_outbox(session, path);
  if (outbox < 0) return failed_errno(context, "mail", "the outbox cannot be opened");
  for (index = 0; index < count && result == MR_OK; index++) {
    const char *address = text_of(host->fields_item(envelope, "recipients", index), "address");
    answers[index] = answer_to(outbox, message_id, address);
    is_unknown = is_unknown || local_part_is(address, "unknown");
    if (answers[index] == &accepted) {
      taken++;
      continue;
    }
    if (!worst || answers[index]->smtp < worst->smtp) worst = answers[index];
    result = tell(context, fields, address, answers[index]);
  }
  if (result == MR_OK) result = taken ? deliver(context, outbox, message) : all_refused(context, worst);
  close(outbox);
  if (result == MR_OK && is_unknown) {
    return failed(context, MR_E_UNKNOWN_OUTCOME, "dot", NULL, "the message was written, and no answer came");
  }
  for (index = 0; index < count && result == MR_OK; index++) {
    if (answers[index] != &accepted) continue;
    result = tell(context, fields, text_of(host->fields_item(envelope, "recipients", index), "address"), &accepted);
  }
  return result;
}
