#ifndef CSYSTEM_CURL_H
#define CSYSTEM_CURL_H
#define CURL_DISABLE_TYPECHECK
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

/* libcurl, which is not linked: it is loaded when HTTP is first needed. Everything else here may be called only after
 * csystem_curl_load has answered NULL. */

/* Loads the library and makes it ready, once a process. NULL, or the reason why it is not there. */
const char *csystem_curl_load(void);

/* Its version as 0xXXYYZZ, and what TLS library it uses ("OpenSSL/3.0.11"); empty where it has none. */
unsigned csystem_curl_version(void);
const char *csystem_curl_tls(void);

CURL *csystem_curl_new(void);
void csystem_curl_free(CURL *);
void csystem_curl_reset(CURL *);
CURLcode csystem_curl_pause(CURL *, int receiving, int sending);
const char *csystem_curl_words(CURLcode);

/* Options, by the type of their value. */
CURLcode csystem_curl_set_long(CURL *, CURLoption, long);
CURLcode csystem_curl_set_size(CURL *, CURLoption, int64_t);
CURLcode csystem_curl_set_text(CURL *, CURLoption, const char *);
CURLcode csystem_curl_set_list(CURL *, CURLoption, struct curl_slist *);
struct curl_slist *csystem_curl_append(struct curl_slist *, const char *);
void csystem_curl_free_list(struct curl_slist *);

/* Whom the transfer calls, with this context. */
typedef size_t (*csystem_curl_bytes)(char *, size_t, size_t, void *);
typedef int (*csystem_curl_seek)(void *, curl_off_t, int);
typedef int (*csystem_curl_prereq)(void *, char *, char *, int, int);
typedef CURLcode (*csystem_curl_tls_context)(CURL *, void *, void *);
struct csystem_curl_sockets {
  int count, fds[8];  /* those that are open */
};
void csystem_curl_hooks(
  CURL *, struct csystem_curl_sockets *, void *context, csystem_curl_bytes header, csystem_curl_bytes body, csystem_curl_bytes upload,
  csystem_curl_seek, csystem_curl_prereq, csystem_curl_tls_context);

/* What a transfer came to. */
long csystem_curl_info(CURL *, CURLINFO);

/* The socket of the one connection there is; -1 where there is none, or more than one is being tried. */
static inline int csystem_curl_socket(const struct csystem_curl_sockets *open) {
  return open->count == 1 ? open->fds[0] : -1;
}

/* One transfer at a time, with the connections that it left. */
CURLM *csystem_curl_multi(long connections);
void csystem_curl_multi_free(CURLM *);
CURLMcode csystem_curl_add(CURLM *, CURL *);
void csystem_curl_remove(CURLM *, CURL *);
/* Does what can be done without waiting. 1: the transfer is over, with *result. 0: it goes on. -1: the library failed. */
int csystem_curl_perform(CURLM *, CURLcode *result);
/* Waits for the transfer's sockets, for `bell` (-1: none), or for the time. */
void csystem_curl_wait(CURLM *, int bell, int milliseconds);

static inline size_t csystem_curl_receive_pause(void) { return CURL_WRITEFUNC_PAUSE; }
static inline size_t csystem_curl_send_pause(void) { return CURL_READFUNC_PAUSE; }
static inline size_t csystem_curl_send_abort(void) { return CURL_READFUNC_ABORT; }
#endif
