/* mailroom_plugin.h - what a provider plugin and the host say to each other. The manual of the protocol.
 *
 * A plugin is NAME.so with its manifest NAME.json beside it. It exports one symbol, mr_plugin_init_1 (1 is the
 * ABI's major). Tables grow only at the end; `size` says how far each side's reaches: use a later member only
 * where MR_REACHES says so.
 *
 * Threads. A session is called by one thread at a time, not always the same one. A plugin's functions may
 * block: they run on the host's own threads, with signals blocked. Several sessions may run at once: a plugin
 * has no mutable globals without a lock.
 *
 * Division of work. The host owns sockets, TLS, HTTP, tokens, clocks, deadlines, cancellation, retries, storage and
 * the classing of failures. A plugin opens no socket, makes no thread, signal handler, atexit handler or child,
 * reads no environment, and lets no exception, panic or trap out. It is loaded once and never unloaded.
 *
 * Bytes. mr_bytes is borrowed: what the plugin hands in need only live during that call; what it gets lives as
 * written at each function. A size of 0 may go with a NULL pointer. Text is UTF-8. What comes from a server or a
 * file is passed on as it came where the field says bytes; in text fields the host replaces what is not UTF-8.
 * Contexts, streams and fields are handles that the host checks: one that is over, or another call's, is refused.
 *
 * Results. mailroom_result.h: 0 done, positive an answer, negative a failure. A function of the plugin that fails
 * calls `fail` with the facts and returns the same code. A host function's failure is final for the call unless its
 * comment says otherwise: clean up and return that code. Where the host has facts of its own (a name not
 * found, a certificate refused, a connection lost) it has written them down already; `fail` with the same code adds
 * to them, field by field.
 * MR_E_CANCELLED from any host function: stop at once, say no goodbye, return it.
 */
#ifndef MAILROOM_PLUGIN_H
#define MAILROOM_PLUGIN_H
#include <stddef.h>
#include "mailroom_result.h"

typedef struct mr_context mr_context;  /* the host's: one invocation: deadline, cancellation, arena, failure */
typedef struct mr_stream  mr_stream;   /* the host's: socket, proxy, TLS, deflate                         */
typedef struct mr_reply   mr_reply;    /* the host's: an HTTP reply                                       */
typedef struct mr_fields  mr_fields;   /* the host's: named values                                        */
typedef struct mr_session mr_session;  /* the plugin's own: one login to one account                      */
typedef struct { const void *data; size_t size; } mr_bytes;

/* Whether a table is long enough to have this member, and has it. */
#define MR_REACHES(table, field) \
  ((table)->size >= offsetof(__typeof__(*(table)), field) + sizeof((table)->field) && (table)->field)

/* ---- the host's table: valid until the process ends -------------------------------------------------------- */
typedef struct mr_host {
  uint32_t size, minor;

  /* 1 where the host has a feature that this header's version cannot promise, else 0. None is defined yet. */
  int32_t   (*has)(const char *feature);

  /* -- the call ----------------------------------------------------------------------------------------- */

  /* Zeroed memory that is freed when the call ends; NULL where there is none left. */
  void     *(*alloc)(mr_context *, size_t);

  /* MR_OK, or MR_E_CANCELLED when the call is late or was stopped. Every function that waits checks by itself:
   * this one is for long loops without them. */
  mr_result (*check)(mr_context *);

  /* Writes down the facts of a failure and returns the code it was given. Fields, all optional:
   *   step            text   dial tls greeting capability starttls auth select list fetch mail rcpt data dot ...
   *   smtp            int    the reply code, 100 to 599
   *   enhanced        text   the enhanced status code, "5.7.8"
   *   http            int    the HTTP status
   *   code            text   the provider's own code: IMAP's response code, an API's error name
   *   text            text   the server's words, verbatim, without the codes
   *   retry_after_ms  int    how long the server asks to wait
   *   cause           text   a cause of the catalogue, where the plugin knows it better than the host
   *   message         text   one impersonal English line: what was tried and what happened
   * No secret ever goes into any of them. */
  mr_result (*fail)(mr_context *, mr_result, const mr_fields *);

  /* One line for the operator, without secrets. The level is that of syslog(3): 3 error, 4 warning,
   * 6 information, 7 debug. */
  void      (*log)(mr_context *, int32_t level, const char *);

  /* How far this call is: in a sync messages of the folder, in a send octets of the message; and of how many (0: not
   * known yet). */
  void      (*progress)(mr_context *, int64_t done, int64_t total);

  /* Milliseconds: since 1970 UTC where wall is 1; where it is 0, of a clock that is never set back. Ask here,
   * never the system: tests set these clocks. */
  int64_t   (*now_ms)(int32_t wall);
  mr_result (*sleep)(mr_context *, int64_t ms);
  void      (*random)(void *, size_t);                            /* from the kernel                      */

  /* -- the account: bytes live until the call ends; MR_E_NOT_FOUND where the thing is not set ----------- */

  /* A setting of the manifest's form, or its default; an int is decimal text. A NUL follows the bytes, not counted.
   * Always there: `address` (the account's mail address) and `account` (its id). */
  mr_result (*setting)(mr_context *, const char *name, mr_bytes *out);
  mr_result (*secret)(mr_context *, const char *name, mr_bytes *out);      /* `password` ...; never logged   */
  mr_result (*token)(mr_context *, int32_t refresh, mr_bytes *out);      /* OAuth access token, single-flight;
                                                                        refresh 1: the last one was refused */
  /* The provider's own small values, for one account. A put is seen by later gets of this call at once, and is
   * stored with what this call emits. A put of size 0 removes. */
  mr_result (*state_get)(mr_context *, const char *key, mr_bytes *out);
  mr_result (*state_put)(mr_context *, const char *key, mr_bytes);

  /* -- streams: one thread at a time each. They belong to the session that made them and outlive the call.
   *    Every wait ends at the deadline. Ended by the other side or a dead network: MR_E_CONNECTION. ------- */

  /* Resolves and connects. tls: 0 plain, 1 TLS from the first byte. The host verifies certificate and name,
   * and fills in step and cause of a failure. */
  mr_result (*connect)(mr_context *, const char *host, uint16_t port, int32_t tls, mr_stream **);

  /* TLS on a plain stream, directly after the server's consent was read. MR_E_TLS where bytes are buffered
   * that came in the clear (an injection): nothing of them may be believed. Close the stream then. */
  mr_result (*start_tls)(mr_context *, mr_stream *);

  /* Compression of both directions (RFC 4978), directly after the server's consent was read. Bytes that are buffered
   * behind it are taken for compressed already. */
  mr_result (*start_deflate)(mr_context *, mr_stream *);

  /* What is there: at least one byte, at most `capacity`. */
  mr_result (*read)(mr_context *, mr_stream *, void *, size_t capacity, size_t *length);

  /* One line without its CRLF (an LF alone ends it, too); a longer one than `limit`: MR_E_PROTOCOL. The bytes live
   * until the next call with this stream. */
  mr_result (*read_line)(mr_context *, mr_stream *, size_t limit, mr_bytes *);
  mr_result (*write)(mr_context *, mr_stream *, mr_bytes);        /* all of it                            */

  /* Hands a quiet stream to the host's poller until data, the time or the end; the function that calls it (watch, wake)
   * returns MR_PARKED or MR_CHANGED next, and is continued by `wake`. A stream with unread bytes wakes at once. One that
   * was last read by read_line wakes for a whole line (or 8 KiB without one), one last read by `read` for any byte. One
   * stream of a session at a time; until `wake` or `close` is called nothing else may be done with it. */
  mr_result (*park)(mr_context *, mr_stream *, int64_t wake_after_ms);

  /* Every stream is closed once, at the latest by the session's close. NULL does nothing. */
  void      (*close)(mr_stream *);

  /* -- HTTP, pooled by the host: connections, HTTP/2, TLS, proxy, compression, redirects. A reply belongs to its session,
   *    as a stream does. ------------------------------------------------------------------------------------- */

  /* Sends a request and waits for the head of the answer. An answer of whatever status is MR_OK. Fields:
   *   method          text   GET, POST, PUT, PATCH, DELETE ...
   *   url             text   https://host[:port]/path?query, percent-encoded; http:// only where the account's setting
   *                          insecure_http is 1
   *   headers         list   of {name text, value text}
   *   body            bytes  the request's body
   *   body_size       int    instead of body: so many octets follow by reply_write, -1: as many as come. Then http returns
   *                          as soon as the connection is there: nothing of the body has gone
   *   authorize       int    1: the host adds the account's access token, and where the answer is 401, asks once for a new one
   *                          and sends the request again (with body_size only the next request has it)
   *   cost            int    what the request costs of the budgets of the manifest; http waits its turn (default 1)
   *   limit           int    the longest body of an answer in octets, unpacked; default 64 MiB
   *   timeout_ms      int    for the whole exchange; default: until the call's deadline
   *   redirect_hosts  text   hosts beside the url's own to which a redirect may go, with blanks between; the token goes to
   *                          none of them. Only GET and HEAD are redirected
   *   identity        int    1: the answer shall not be compressed
   * A POST or PATCH goes out once: where the connection breaks before its answer, that is MR_E_CONNECTION. */
  mr_result (*http)(mr_context *, const mr_fields *request, mr_reply **);

  /* status int; headers, a list of {name text (small letters), value text}; url text, where the answer came from after
   * redirects; retry_after_ms int, where the server asks to wait. Status 0: there is no answer yet; a server may answer
   * before it has all of the request's body. */
  const mr_fields *(*reply_head)(mr_reply *);

  /* What is there of the answer's body, at least one byte; *length 0 at its end. */
  mr_result (*reply_read)(mr_context *, mr_reply *, void *, size_t capacity, size_t *length);

  /* As park, for an answer that is long in coming or pauses: wakes when there is something to read, or its end. A request
   * whose body (body_size) was written whole, and not ended, is ended by it: then the head is waited for, too. */
  mr_result (*reply_park)(mr_context *, mr_reply *, int64_t wake_after_ms);

  /* Each reply is closed once, at the latest by the session's close. One whose body was read to the end leaves its
   * connection to others. NULL does nothing. */
  void      (*reply_close)(mr_reply *);

  /* -- named values: the host's memory, until the call ends. A loop over many messages fills one object again
   *    instead of making one each: setting a name again replaces its value. ------------------------------- */
  mr_fields *(*fields_new)(mr_context *);                         /* NULL where there are too many        */

  /* Names are [a-z0-9_.], at most 64 octets. type: MR_TEXT (UTF-8, without a NUL at the end), MR_BYTES, or MR_INT:
   * then the bytes are an int64_t of the machine (size 8, any alignment). The value is copied. */
  mr_result (*fields_set)(mr_fields *, const char *name, int32_t type, mr_bytes);

  /* MR_E_NOT_FOUND where it is absent, MR_E_INVALID where it is of another type. The bytes live until the field is
   * set again or the call ends; a NUL follows a text, not counted. */
  mr_result (*fields_get)(const mr_fields *, const char *name, int32_t type, mr_bytes *);

  /* Lists hold fields: add copies the item as it is; count is 0 for a list that is not there; item is NULL past the
   * end. */
  mr_result (*fields_add)(mr_fields *, const char *list, const mr_fields *);
  size_t    (*fields_count)(const mr_fields *, const char *list);
  const mr_fields *(*fields_item)(const mr_fields *, const char *list, size_t index);

  /* -- what the plugin found --------------------------------------------------------------------------- */

  /* Asked before every body: is it to be fetched? MR_OK: yes. MR_HEADER: its header alone (message_begin with
   * `whole`). MR_SKIP: it is known, or not kept; the host notes what it needs, which is a finding of its own: commit at
   * least once in 500. Fields: ref text, flags text, size int (octets, where known), about int (octets, roughly, where
   * the server tells no size), internal_date int (ms, where known), stable text (as at message_begin, where known), message_id text (without angle brackets; only worth asking the
   * server for where the folder's field `ask` is 1), header bytes (where the folder's field `header` is 1: the header, or of
   * its fields Message-ID, From, Sender, Reply-To, To, Cc, Bcc, Delivered-To, X-Original-To, Envelope-To, Return-Path and
   * Received; without it the host decides when it has the message). */
  mr_result (*want)(mr_context *, const mr_fields *header);

  /* A page of what the store holds of a folder (the fields that sync got). *page: a list `items` of {ref text,
   * flags text} in the store's order, and next int: call again with after = next, until it is 0. First: after 0.
   * Where the manifest has the capability "drop", an item has stored_at int besides: since when the store has the
   * whole message (ms); absent where it was skipped, or its header alone was kept.
   * What was emitted but not committed is not in it; emitting and committing between pages is fine. A page lives
   * until the second next one is asked for. */
  mr_result (*known)(mr_context *, const mr_fields *folder, int64_t after, mr_fields **page);

  /* Hands one finding over. MR_OK, or MR_COMMIT_NOW (500 findings or 16 MiB have gathered: commit as soon as the
   * cursor may move; from 5,000 on MR_E_PLUGIN). The kinds and their fields stand at the functions below. */
  mr_result (*emit)(mr_context *, const char *kind, const mr_fields *);

  /* One message, its body in pieces of any size: no copy of it whole is made on either side.
   * begin fields:  ref           text  names the message within its folder, for ever: a UID, a file name's unique
   *                                   part; at most 255 octets
   *                flags         text  IMAP's spelling, separated by spaces: \Seen \Answered \Flagged \Draft
   *                                   $Forwarded; \Recent never
   *                internal_date int   ms since 1970 UTC: when the mailbox received it
   *                historical    int   1: it was there before the account was connected (optional)
   *                stable        text  names the message within the account, for ever and in whatever folder, where the
   *                                   server has such a name (EMAILID of RFC 8474, X-GM-MSGID); at most 255 octets
   *                thread        text  names its thread within the account, where the server keeps threads (THREADID of
   *                                   RFC 8474, X-GM-THRID); at most 255 octets
   *                whole         int   what follows is the header alone, and the whole message has so many octets
   * size: its octets, or -1 where not known; another number of octets at the end is MR_E_PLUGIN.
   * end: MR_OK or MR_COMMIT_NOW. Between begin and end: no emit, want or commit. A sync that fails in between has
   * the message dropped. */
  mr_result (*message_begin)(mr_context *, const mr_fields *, int64_t size);
  mr_result (*message_data)(mr_context *, mr_bytes);
  mr_result (*message_end)(mr_context *);

  /* Stores all found since the last commit, and the cursor, in one transaction: a crash resumes exactly here. The
   * cursor is the provider's own (at most 64 KiB) and never passes something not emitted. */
  mr_result (*commit)(mr_context *, mr_bytes cursor);

  /* A piece of the request's body, where it was announced by body_size. An empty one ends the body and waits for the head
   * of the answer. Pieces behind an answer that came early are dropped. */
  mr_result (*reply_write)(mr_context *, mr_reply *, mr_bytes);
} mr_host;

/* Why a parked session is woken. */
enum { MR_WAKE_DATA = 1, MR_WAKE_TIMER = 2, MR_WAKE_CLOCK = 3, MR_WAKE_STOP = 4, MR_WAKE_HUNG_UP = 5 };

/* ---- what the plugin has -------------------------------------------------------------------------------------- */

/* An operation that only this provider has: mr_call(engine, account, name, arguments) reaches it through libffi.
 * signature: one letter for each argument. The letters, the C types, and the values in mr_call's record:
 *   i int32_t       int, in its range               s const char *         text
 *   l int64_t       int                             S const char *, NULL  text, may be absent
 *   d double        text, a decimal number          y mr_bytes, by value  bytes
 *                                                   r const mr_fields *    record
 * argument_names: as many names ([a-z0-9_]), separated by one space. The function, cast to void (*)(void), is
 *   mr_result f(mr_session *, mr_context *, the arguments in order);
 * A record whose field `folder` is the path or the id of one of the account's folders has the folder's `native` as well.
 * Pointers live until it returns. Its result goes out by emit("result", fields): the fields of the finished job's
 * record. At most 16 arguments. */
typedef struct mr_operation {
  uint32_t size, flags;                /* sizeof(mr_operation), 0                                          */
  const char *name, *signature, *argument_names, *summary;    /* name: "scheme.verb"; summary: one line     */
  void (*function)(void);
} mr_operation;

/* One scheme: imap, smtp, maildir ... What a provider does not have is NULL, or answers MR_E_UNSUPPORTED.
 * `open` gives a session; every session opened is closed once. Findings of a call without a cursor (folders,
 * fetch, apply, send, operations) are stored when it returns MR_OK, and dropped where it fails; `recipient` alone is
 * kept either way. */
typedef struct mr_provider {
  uint32_t size, flags;                /* sizeof(mr_provider), 0                                           */
  const char *scheme;                  /* as in the manifest: [a-z0-9_]+                                    */

  /* Connects and logs in. On failure *out stays NULL and nothing is left open. What the server says of itself goes out by
   * emit("server"): size int, the octets of a message that it takes, 0 where it names no limit; capabilities text, the
   * names of what it can do, for people. */
  mr_result (*open)   (mr_context *, mr_session **out);

  /* Says goodbye, closes the streams, frees the session, whatever state it is in. Has two seconds. */
  void      (*close)  (mr_context *, mr_session *);

  /* emit("folder") for every folder; one that was not emitted when this returns MR_OK is gone. Fields:
   *   path        text   UTF-8, with the delimiter between its levels; INBOX for the inbox
   *   delimiter   text   one character; absent where there is no hierarchy
   *   role        text   inbox sent drafts trash junk archive all flagged; absent or empty: none
   *   selectable  int    0: holds no messages itself; default 1
   *   native      bytes  the provider's own spelling: kept, and handed back to sync
   *   messages    int    how many it holds, where the server says so without being asked
   *   stable      text   names the folder for ever, also when it is renamed (MAILBOXID of RFC 8474)
   *   status      bytes  what the server says of the folder's contents, at most 255 octets: a folder whose status is the
   *                      one that was emitted before its last whole sync is not synced again
   *   status_ms   int    for so long after that sync an equal status is believed; absent: for ever
   *   namespace   text   personal (the default), other or shared (RFC 2342): those of others are off until chosen
   *   rights      text   the user's rights (RFC 4314), where known */
  mr_result (*folders)(mr_session *, mr_context *);

  /* Brings one folder up to date. folder: id int, path text, native bytes, role text, delimiter text; ask int (1:
   * message_id in `want` may save a body, because the message may be known already); header int (1: by the header, given
   * to `want`, it is decided what is kept); since int (ms: of what was received
   * before, nothing is kept; it need not be asked for); walk int (1: believe no counters, compare everything);
   * placed, a list of {ref text}: what `apply` and `append` placed in it since its last sync, which the store has though no
   * sync has seen it. The
   * cursor is the last one that
   * was committed, empty the first time. Newest messages first, so that a long first sync shows today's mail soon.
   * For each message: want, then message_begin, message_data ..., message_end. Besides:
   *   emit("flags", {ref text, flags text})   the flags are these now
   *   emit("gone", {ref text})                the message is not in the folder any more
   *   emit("reset", {})                       every ref of this folder is void (UIDVALIDITY changed)
   *   emit("refused", {ref text, flags text, size int, internal_date int, text text})   the server has it and does not
   *                                           give it, alone either: it is put into quarantine, and `fetch` tried later
   *   emit("durable", {})                     the next commit must survive a power cut (POP3 before DELE)
   *   emit("complete", {})                    the oldest message has been reached: the store has all
   *   progress(done, total), commit(cursor)   as often as useful, and whenever MR_COMMIT_NOW was answered
   * What was emitted after the last commit is dropped when it returns, whatever it returns. A cursor that cannot be
   * read is MR_E_STALE: the host begins again with an empty one. */
  mr_result (*sync)   (mr_session *, mr_context *, const mr_fields *folder, mr_bytes cursor);

  /* The body of one message that was skipped: message_begin ... message_end. what: folder fields and ref text. Where the folder
   * does not have it any more: emit("gone", {ref}), or MR_E_NOT_FOUND; where it has it and does not give it: MR_E_REFUSED. */
  mr_result (*fetch)  (mr_session *, mr_context *, const mr_fields *what);

  /* For the audit: emit("listed", {ref text, flags text, size int, message_id text, stable text, internal_date int}) for
   * every message of the folder, in whatever order; flags, message_id and stable where they are known, internal_date where
   * the folder's field `since` is given. No cursor is looked at. */
  mr_result (*list)   (mr_session *, mr_context *, const mr_fields *folder);

  /* Carries out one wish on the server. change: the folder's fields as for sync, `cursor` bytes (the folder's, which says
   * of what time the ref is), message_id text (where the message has one), again int (1: an earlier try was cut off and
   * may have been carried out), and kind text:
   *   flags    ref, add text, remove text (flags separated by spaces)
   *   move     ref, and `target`, a list of one: the other folder's fields
   *   copy     ref, target
   *   delete   ref: from the server, for good, and nothing else (UID EXPUNGE, or what comes nearest)
   * What it finds on the way: emit("flags", {ref, flags}) as the server now has them; emit("gone", {ref}) where the
   * folder does not have it any more, also after move and delete; emit("placed", {ref}) with the ref in the target,
   * where the server says it. A message that is not there is MR_OK with "gone". MR_E_REFUSED: the server will not, and
   * its state holds. MR_E_STALE: the ref is of another time, the folder must be synced first. Done twice, it does no
   * harm, but for copy and move without MOVE: there it looks first whether the target has the message (by message_id). */
  mr_result (*apply)  (mr_session *, mr_context *, const mr_fields *change);

  /* Submits one message. envelope: from text (may be empty: <>), message_id text, size int, utf8 int (1: an address
   * or a header needs SMTPUTF8), eight_bit int (1: the message has octets above 127), and a list `recipients` of
   * {address text}. The message is whole, in CRLF lines, mapped from a file: read it in pieces, and say
   * progress(done, total) in octets after each: the host then gives the memory of what has been read back to the
   * system.
   *   emit("recipient", {address text, outcome text: accepted | refused | deferred, smtp int, enhanced text,
   *                      text text})          one each, as soon as it is known; kept even where the send fails
   *   emit("offer", {})                       directly before the write that cannot be taken back (SMTP: the final
   *                                           dot); go on only on MR_OK
   * MR_OK: taken for all accepted recipients. All refused: emit them, then fail. MR_E_CONNECTION before anything was
   * offered: the host may open a new session and try again. No answer after the offer: MR_E_UNKNOWN_OUTCOME, and
   * never anything else: the host must not send such a message twice. */
  mr_result (*send)   (mr_session *, mr_context *, const mr_fields *envelope, mr_bytes message);

  /* Was this Message-ID accepted? what: message_id text, and a list `items` of the folders where sent mail may be (the
   * folder's fields). emit("sent", {ref text, path text}) for each that was found; path: of the folder, where it is in
   * one. Where nothing is found, the manifest's find_sent says whether that is to be believed. */
  mr_result (*find_sent)(mr_session *, mr_context *, const mr_fields *what);

  /* Waits for changes of some folders without a thread: parks the stream and returns MR_PARKED. folders: a list `items`
   * of folder fields, the most important first; what cannot be watched is emit("unwatched", {path text}).
   * MR_E_UNSUPPORTED: the server has no push. A watching session is used for nothing else. */
  mr_result (*watch)  (mr_session *, mr_context *, const mr_fields *folders);

  /* Continues after park, with MR_WAKE_*. It reads what there is, parks again, and returns MR_PARKED, or MR_CHANGED
   * after emit("changed", {path text}) for each folder that has news. Anything else ends the watching. After
   * MR_WAKE_STOP it does not park. */
  mr_result (*wake)   (mr_session *, mr_context *, int32_t reason);

  const mr_operation *operations; uint32_t operation_count, operation_size; /* sizeof(mr_operation)          */

  /* Adds a message to a folder. what: the folder's fields, flags text, internal_date int, message_id text. The message is
   * mapped as for send. Where the server may have it already (`again` int 1: an earlier try was cut off), it looks for
   * the message_id first. emit("placed", {ref}) where the server says it. */
  mr_result (*append) (mr_session *, mr_context *, const mr_fields *what, mr_bytes message);
} mr_provider;

/* Filled in by the plugin, up to out->size. The tables and texts stay valid until the process ends. */
typedef struct mr_plugin {
  uint32_t size, flags;
  const mr_provider *providers; uint32_t provider_count, provider_size;     /* sizeof(mr_provider)           */
} mr_plugin;

/* The plugin's one export. Keeps the host's table and fills in *out; does nothing else: it runs in a process that
 * may never use the plugin. A failure is shown as the reason why the plugin cannot be used. */
typedef mr_result (*mr_plugin_init)(const mr_host *, mr_plugin *out);

/* ---- the manifest: NAME.json, read without loading the plugin --------------------------------------------------
 * { "plugin": "maildir", "version": "1.0.0", "abi": 1, "library": "maildir.so",
 *   "providers": [ {
 *     "scheme": "maildir", "title": "Maildir directory",
 *     "auth": [],                        kinds of login: "password", and "oauth2" where it logs in by `token`: then the
 *                                        account has the host's own settings of OAuth 2.0 beside those of the form
 *     "capabilities": ["sync", "folders", "send"],   also list, apply, append, watch, find_sent; "drop": a message that
 *                                        is gone from the server was fetched and removed (POP3): the store keeps it;
 *                                        "no_answered": the server has no flag \Answered, and a reply asks for none
 *     "send_with": "smtp",               the scheme of this plugin that sends for it; left out where it sends itself
 *     "requires": ["path"],              this side of an account is active when all of these are set
 *     "find_sent": "unknown",            or "authoritative": its "not found" may be believed
 *     "settle_ms": 60000,                then: so long after the message was offered; the default is a minute
 *     "settings": [ { "name": "path", "type": "text", "required": 1, "default": "", "values": [], "secret": 0,
 *                     "meaning": "for people" } ],          type: text or int; secret 1: stored encrypted
 *     "limits": { "connections": 1, "poll_ms": 60000, "requests": 4 },   ceilings that the host keeps: sessions at once,
 *                                        the shortest interval between two looks, HTTP requests of one account at once
 *     "budgets": [ { "name": "user", "of": "units", "units": 15000, "window_ms": 60000, "scope": "account" } ],
 *                                        what may be asked within a time; `http` waits its turn. of: units (the
 *                                        request's cost; the default), requests (the same, at least 1: a batch costs as
 *                                        many as it holds), octets (of their bodies); scope:
 *                                        account, or client (all accounts with the same setting client_id)
 *     "status_url": "" } ] }             where the provider says how it is
 * Neither file nor their directory may be writable by others. */
#endif
