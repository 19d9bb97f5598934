/* A provider in plain C: a Maildir directory as a mailbox, and as a place to send to.
 *
 * The example for authors, and what the tests use where there is no network. Read plugin.c first.
 */
#ifndef MAILDIR_H
#define MAILDIR_H
#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>
#include "mailroom_plugin.h"

/* The host's table: set once at load, only read afterwards. */
extern const mr_host *host;

/* The header names the type, the plugin says what it is: one opened Maildir. */
struct mr_session {
  int base;                                 /* the directory that holds cur, new, tmp and the .Subfolders */
};

/* ---- facts.c: fields and failures */
mr_result set_text(mr_fields *, const char *name, const char *text);
mr_result set_int(mr_fields *, const char *name, int64_t value);
/* A copy that ends with NUL and has none within, until the call ends; NULL where the setting is not there. */
const char *setting(mr_context *, const char *name);
const char *text_of(const mr_fields *, const char *name);     /* until the call ends; "" where it is absent */
struct refusal { int smtp; const char *enhanced, *text; };
mr_result failed(mr_context *, mr_result, const char *step, const struct refusal *, const char *message);
mr_result failed_errno(mr_context *, const char *step, const char *message);
mr_result no_memory(mr_context *);

/* ---- names.c: file names are anybody's bytes, references and paths are text */
enum { REF_LIMIT = 255 };
/* Writes the name as text; one name, one text. False where it is longer than REF_LIMIT then. */
bool name_as_text(const char *name, size_t length, char out[REF_LIMIT + 1]);
size_t unique_length(const char *file);     /* "1700.M1P2.host" of "1700.M1P2.host:2,RS"       */
void flags_of(const char *file, char out[64]);                /* "\Answered \Seen" of the same  */
bool has_flag(const char *flags, const char *flag, size_t size);
void info_of(const char *file, const char *add, const char *remove, char out[64]);  /* "RS", flags put and taken  */
bool is_subfolder(const char *name, size_t length);           /* ".Sub", and nothing that leads elsewhere */

/* ---- listing.c: what a folder holds on disk */
struct entry {
  char *file;                               /* its name within the directory                             */
  char *ref;                                /* the unique part as text                                   */
  bool is_new;                              /* in new, else in cur                                       */
  bool is_known;                            /* the store has it                                          */
  int64_t date, size;                       /* filled in where it is not known; ms                       */
};
struct listing {
  struct entry *entries; size_t count, capacity;
  int cur, fresh;                           /* the directories cur and new, open                         */
  int64_t cur_changed, new_changed;         /* their mtimes, ns, as before the reading                   */
  bool is_stable;                           /* nothing changed while they were read                      */
};
mr_result listing_open(mr_context *, int folder, struct listing *);   /* all entries, ascending by ref, each once */
struct entry *listing_find(struct listing *, const char *ref);  /* NULL where it is not there               */
void listing_free(struct listing *);
mr_result open_folder(mr_context *, const mr_session *, const char *native, size_t length, int *out);
mr_result open_named(mr_context *, const mr_session *, const mr_fields *folder, int *out);

/* ---- deliver.c: a message becomes a file */
/* Writes it into tmp, whole and synced. name: its unique name, also the one within tmp. */
mr_result write_new(mr_context *, int folder, mr_bytes message, char name[96]);
void sync_directory(int folder, const char *name);

/* ---- find.c */
/* The message with this Message-ID; size: 0, or its octets. ref is empty where there is none. */
mr_result find_message(mr_context *, int folder, const char *message_id, size_t size, char ref[REF_LIMIT + 1]);

/* ---- send.c */
/* The setting `outbox`, or .Sent in the Maildir. Made where it is missing; -1 with errno. */
int open_outbox(mr_session *, const char *path);

/* ---- folders.c, sync.c, send.c, apply.c, append.c, find.c, operations.c: the provider's functions */
mr_result maildir_folders(mr_session *, mr_context *);
mr_result maildir_sync(mr_session *, mr_context *, const mr_fields *folder, mr_bytes cursor);
mr_result maildir_fetch(mr_session *, mr_context *, const mr_fields *what);
mr_result maildir_send(mr_session *, mr_context *, const mr_fields *envelope, mr_bytes message);
mr_result maildir_apply(mr_session *, mr_context *, const mr_fields *change);
mr_result maildir_append(mr_session *, mr_context *, const mr_fields *what, mr_bytes message);
mr_result maildir_find_sent(mr_session *, mr_context *, const mr_fields *what);
extern const mr_operation maildir_operations[];
extern const uint32_t maildir_operation_count;
#endif
