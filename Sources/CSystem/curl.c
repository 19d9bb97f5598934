#define _GNU_SOURCE
#include "csystem.h"
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static struct {
  CURLcode (*global_init)(long);
  curl_version_info_data *(*version_info)(CURLversion);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *);
  void (*easy_reset)(CURL *);
  CURLcode (*easy_pause)(CURL *, int);
  CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
  CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
  const char *(*easy_strerror)(CURLcode);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_cleanup)(CURLM *);
  CURLMcode (*multi_add_handle)(CURLM *, CURL *);
  CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
  CURLMcode (*multi_perform)(CURLM *, int *);
  CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd[], unsigned, int, int *);
  CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
  CURLMsg *(*multi_info_read)(CURLM *, int *);
} curl;

const char *csystem_curl_load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) return "libcurl.so.4 is not there";
  const struct { const char *name; void *at; } wanted[] = {
    {"curl_global_init", &curl.global_init}, {"curl_version_info", &curl.version_info},
    {"curl_easy_init", &curl.easy_init}, {"curl_easy_cleanup", &curl.easy_cleanup},
    {"curl_easy_reset", &curl.easy_reset}, {"curl_easy_pause", &curl.easy_pause},
    {"curl_easy_setopt", &curl.easy_setopt}, {"curl_easy_getinfo", &curl.easy_getinfo},
    {"curl_easy_strerror", &curl.easy_strerror}, {"curl_slist_append", &curl.slist_append},
    {"curl_slist_free_all", &curl.slist_free_all}, {"curl_multi_init", &curl.multi_init},
    {"curl_multi_cleanup", &curl.multi_cleanup}, {"curl_multi_add_handle", &curl.multi_add_handle},
    {"curl_multi_remove_handle", &curl.multi_remove_handle}, {"curl_multi_perform", &curl.multi_perform},
    {"curl_multi_poll", &curl.multi_poll}, {"curl_multi_setopt", &curl.multi_setopt},
    {"curl_multi_info_read", &curl.multi_info_read},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    void *found = dlsym(library, wanted[i].name);
    if (!found) return "libcurl.so.4 is too old: it lacks a function";
    __builtin_memcpy(wanted[i].at, &found, sizeof found);
  }
  return curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? NULL : "libcurl.so.4 could not be made ready";
}

unsigned csystem_curl_version(void) { return curl.version_info(CURLVERSION_NOW)->version_num; }

const char *csystem_curl_tls(void) {
  const char *name = curl.version_info(CURLVERSION_NOW)->ssl_version;
  return name ? name : "";
}

/* libcurl leaves the process's signals alone (CURLOPT_NOSIGNAL), and before 7.87 OpenSSL writes to its sockets by write(2): a
 * peer that has hung up would end the process. Kept off for as long as libcurl may write. */
struct quiet {
  sigset_t before, pipe;
  int was_pending;
};

static void begin_quiet(struct quiet *quiet) {
  sigset_t pending;
  sigemptyset(&quiet->pipe);
  sigaddset(&quiet->pipe, SIGPIPE);
  quiet->was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &quiet->pipe, &quiet->before);
}

static void end_quiet(struct quiet *quiet) {
  const struct timespec none = {0, 0};
  if (!quiet->was_pending) sigtimedwait(&quiet->pipe, NULL, &none);
  pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
}

CURL *csystem_curl_new(void) { return curl.easy_init(); }
void csystem_curl_free(CURL *easy) {
  struct quiet quiet;
  begin_quiet(&quiet);
  curl.easy_cleanup(easy);
  end_quiet(&quiet);
}
void csystem_curl_reset(CURL *easy) { curl.easy_reset(easy); }
const char *csystem_curl_words(CURLcode code) { return curl.easy_strerror(code); }

CURLcode csystem_curl_pause(CURL *easy, int receiving, int sending) {
  struct quiet quiet;
  begin_quiet(&quiet);
  CURLcode code = curl.easy_pause(easy, (receiving ? CURLPAUSE_RECV : 0) | (sending ? CURLPAUSE_SEND : 0));
  end_quiet(&quiet);
  return code;
}

CURLcode csystem_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl.easy_setopt(easy, option, value);
}
CURLcode csystem_curl_set_size(CURL *easy, CURLoption option, int64_t value) {
  return curl.easy_setopt(easy, option, (curl_off_t)value);
}
CURLcode csystem_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl.easy_setopt(easy, option, value);
}
CURLcode csystem_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl.easy_setopt(easy, option, value);
}
struct curl_slist *csystem_curl_append(struct curl_slist *list, const char *text) {
  return curl.slist_append(list, text);
}
void csystem_curl_free_list(struct curl_slist *list) { curl.slist_free_all(list); }

static int opened(void *context, curl_socket_t fd, curlsocktype type) {
  struct csystem_curl_sockets *open = context;
  (void)type;
  if (open->count < (int)(sizeof open->fds / sizeof *open->fds)) open->fds[open->count++] = fd;
  return CURL_SOCKOPT_OK;
}

static int closed(void *context, curl_socket_t fd) {
  struct csystem_curl_sockets *open = context;
  for (int i = 0; i < open->count; i++)
    if (open->fds[i] == fd) {
      open->fds[i] = open->fds[--open->count];
      break;
    }
  return close(fd);
}

void csystem_curl_hooks(
  CURL *easy, struct csystem_curl_sockets *open, void *context, csystem_curl_bytes header, csystem_curl_bytes body, csystem_curl_bytes upload,
  csystem_curl_seek seek, csystem_curl_prereq prereq, csystem_curl_tls_context tls) {
  curl.easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, opened);
  curl.easy_setopt(easy, CURLOPT_SOCKOPTDATA, open);
  curl.easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, closed);
  curl.easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, open);
  curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
  curl.easy_setopt(easy, CURLOPT_HEADERDATA, context);
  curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
  curl.easy_setopt(easy, CURLOPT_WRITEDATA, context);
  curl.easy_setopt(easy, CURLOPT_READFUNCTION, upload);
  curl.easy_setopt(easy, CURLOPT_READDATA, context);
  curl.easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek);
  curl.easy_setopt(easy, CURLOPT_SEEKDATA, context);
  curl.easy_setopt(easy, CURLOPT_PREREQFUNCTION, prereq);
  curl.easy_setopt(easy, CURLOPT_PREREQDATA, context);
  curl.easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, tls);
  curl.easy_setopt(easy, CURLOPT_SSL_CTX_DATA, context);
}

long csystem_curl_info(CURL *easy, CURLINFO info) {
  long value = 0;
  return curl.easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

CURLM *csystem_curl_multi(long connections) {
  CURLM *multi = curl.multi_init();
  if (multi) curl.multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
  return multi;
}
void csystem_curl_multi_free(CURLM *multi) {
  struct quiet quiet;
  begin_quiet(&quiet);
  curl.multi_cleanup(multi);
  end_quiet(&quiet);
}
CURLMcode csystem_curl_add(CURLM *multi, CURL *easy) { return curl.multi_add_handle(multi, easy); }
void csystem_curl_remove(CURLM *multi, CURL *easy) {
  struct quiet quiet;
  begin_quiet(&quiet);
  curl.multi_remove_handle(multi, easy);
  end_quiet(&quiet);
}

int csystem_curl_perform(CURLM *multi, CURLcode *result) {
  int running = 0, left = 0;
  struct quiet quiet;
  begin_quiet(&quiet);
  CURLMcode code = curl.multi_perform(multi, &running);
  end_quiet(&quiet);
  if (code != CURLM_OK) return -1;
  for (CURLMsg *message; (message = curl.multi_info_read(multi, &left));)
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return 1;
    }
  return 0;
}

void csystem_curl_wait(CURLM *multi, int bell, int milliseconds) {
  struct curl_waitfd extra = {bell, CURL_WAIT_POLLIN, 0};
  curl.multi_poll(multi, &extra, bell >= 0 ? 1 : 0, milliseconds, NULL);
}
