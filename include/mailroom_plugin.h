/* mailroom_plugin.h - what a provider plugin and the host say to each other. Draft to build from.
 *
 * One exported symbol, mr_plugin_init_1 (1 is the ABI's major). Tables grow only at the end; `size` says
 * how far each side's reaches. A session is called by one thread at a time, not always the same one.
 * A plugin's calls may block: they run on the host's own threads. The host owns sockets, TLS, HTTP, tokens,
 * clocks, cancellation, retries and storage. A plugin opens no socket, makes no thread, signal handler,
 * atexit or fork, reads no environment, and lets no exception, panic or trap out.
 */
#ifndef MAILROOM_PLUGIN_H
#define MAILROOM_PLUGIN_H
#include <stddef.h>
#include "mailroom_result.h"

typedef struct mr_context    mr_context;     /* one invocation: deadline, cancellation, arena, error   */
typedef struct mr_stream  mr_stream;   /* the host's: socket, proxy, TLS, deflate                 */
typedef struct mr_reply   mr_reply;    /* the host's: an HTTP reply                               */
typedef struct mr_fields  mr_fields;   /* the host's: named values                                */
typedef struct mr_session mr_session;  /* the plugin's own: one login to one account              */
typedef struct { const void *data; size_t size; } mr_bytes;

#define MR_REACHES(table, field) \
  ((table)->size >= offsetof(__typeof__(*(table)), field) + sizeof((table)->field) && (table)->field)

typedef struct mr_host {               /* valid until the process ends */
  uint32_t size, minor;
  int32_t   (*has)(const char *feature);

  /* the call */
  void     *(*alloc)(mr_context *, size_t);                       /* freed when the call ends           */
  mr_result (*check)(mr_context *);                               /* MR_E_CANCELLED when late or stopped */
  mr_result (*fail)(mr_context *, mr_result, const mr_fields *); /* step, smtp, enhanced, http, code, text, retry_after_ms */
  void      (*log)(mr_context *, int32_t level, const char *);
  void      (*progress)(mr_context *, int64_t done, int64_t total);
  int64_t   (*now_ms)(int32_t wall);
  mr_result (*sleep)(mr_context *, int64_t ms);
  void      (*random)(void *, size_t);

  /* the account */
  mr_result (*setting)(mr_context *, const char *name, mr_bytes *out);
  mr_result (*secret)(mr_context *, const char *name, mr_bytes *out);
  mr_result (*token)(mr_context *, int32_t refresh, mr_bytes *out);      /* OAuth access token, single-flight */
  mr_result (*state_get)(mr_context *, const char *key, mr_bytes *out);
  mr_result (*state_put)(mr_context *, const char *key, mr_bytes);       /* commits with this call's emits    */

  /* streams */
  mr_result (*connect)(mr_context *, const char *host, uint16_t port, int32_t tls, mr_stream **);
  mr_result (*start_tls)(mr_context *, mr_stream *);              /* refuses where plain bytes are buffered */
  mr_result (*start_deflate)(mr_context *, mr_stream *);
  mr_result (*read)(mr_context *, mr_stream *, void *, size_t capacity, size_t *length);
  mr_result (*read_line)(mr_context *, mr_stream *, size_t limit, mr_bytes *);
  mr_result (*write)(mr_context *, mr_stream *, mr_bytes);
  mr_result (*park)(mr_context *, mr_stream *, int64_t wake_after_ms);
  void      (*close)(mr_stream *);

  /* HTTP, pooled by the host */
  mr_result (*http)(mr_context *, const mr_fields *request, mr_reply **);
  const mr_fields *(*reply_head)(mr_reply *);
  mr_result (*reply_read)(mr_context *, mr_reply *, void *, size_t capacity, size_t *length);
  mr_result (*reply_park)(mr_context *, mr_reply *, int64_t wake_after_ms);
  void      (*reply_close)(mr_reply *);

  /* named values, and what the plugin found */
  mr_fields *(*fields_new)(mr_context *);
  mr_result (*fields_set)(mr_fields *, const char *name, int32_t type, mr_bytes);
  mr_result (*fields_get)(const mr_fields *, const char *name, int32_t type, mr_bytes *);
  mr_result (*fields_add)(mr_fields *, const char *list, const mr_fields *);
  size_t    (*fields_count)(const mr_fields *, const char *list);
  const mr_fields *(*fields_item)(const mr_fields *, const char *list, size_t index);
  mr_result (*want)(mr_context *, const mr_fields *header);       /* MR_OK: fetch the body; MR_SKIP: known, or not kept */
  mr_result (*known)(mr_context *, const mr_fields *folder, int64_t after, mr_fields **page);
  mr_result (*emit)(mr_context *, const char *kind, const mr_fields *);  /* folder, message, flags, gone, ...     */
  mr_result (*message_begin)(mr_context *, const mr_fields *, int64_t size); /* a body, streamed: no copy of it whole */
  mr_result (*message_data)(mr_context *, mr_bytes);
  mr_result (*message_end)(mr_context *);
  mr_result (*commit)(mr_context *, mr_bytes cursor);             /* stores all emitted so far and the cursor, at once */
} mr_host;

enum { MR_WAKE_DATA = 1, MR_WAKE_TIMER = 2, MR_WAKE_CLOCK = 3, MR_WAKE_STOP = 4, MR_WAKE_HUNG_UP = 5 };

typedef struct mr_operation {          /* an operation that only this provider has; called through libffi */
  uint32_t size, flags;
  const char *name, *signature, *argument_names, *summary;
  void (*function)(void);                                      /* (mr_session *, mr_context *, the arguments) */
} mr_operation;

typedef struct mr_provider {           /* one scheme: imap, gmail, ... */
  uint32_t size, flags;
  const char *scheme;
  mr_result (*open)   (mr_context *, mr_session **out);           /* connect and log in */
  void      (*close)  (mr_context *, mr_session *);
  mr_result (*folders)(mr_session *, mr_context *);
  mr_result (*sync)   (mr_session *, mr_context *, const mr_fields *folder, mr_bytes cursor);
  mr_result (*fetch)  (mr_session *, mr_context *, const mr_fields *what);
  mr_result (*list)   (mr_session *, mr_context *, const mr_fields *folder); /* every id and Message-ID, for the audit */
  mr_result (*apply)  (mr_session *, mr_context *, const mr_fields *change);
  mr_result (*send)   (mr_session *, mr_context *, const mr_fields *envelope, mr_bytes message);
  mr_result (*find_sent)(mr_session *, mr_context *, const mr_fields *what); /* was this Message-ID accepted? */
  mr_result (*watch)  (mr_session *, mr_context *, const mr_fields *folders);  /* MR_PARKED               */
  mr_result (*wake)   (mr_session *, mr_context *, int32_t reason);            /* MR_PARKED or MR_CHANGED */
  const mr_operation *operations; uint32_t operation_count, operation_size;
} mr_provider;

typedef struct mr_plugin {             /* filled by the plugin, up to out->size */
  uint32_t size, flags;
  const mr_provider *providers; uint32_t provider_count, provider_size;
} mr_plugin;

typedef mr_result (*mr_plugin_init)(const mr_host *, mr_plugin *out);
#endif
