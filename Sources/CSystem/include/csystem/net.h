#ifndef CSYSTEM_NET_H
#define CSYSTEM_NET_H
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* The untranslated words of an errno value: strerror(3) would follow the host's locale. glibc 2.32. */
extern const char *strerrordesc_np(int);
static inline const char *csystem_error_words(int code) {
  const char *words = strerrordesc_np(code);
  return words ? words : "unknown error";
}

/* The name that a debugger shows for the calling thread, at most 15 characters. */
extern int pthread_setname_np(pthread_t, const char *);
static inline void csystem_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

/* A non-blocking eventfd that no child program inherits. */
static inline int csystem_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/* A non-blocking stream socket that no child program inherits. */
static inline int csystem_stream_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
}

/* send(2) that never raises SIGPIPE. */
static inline ssize_t csystem_send(int fd, const void *bytes, size_t size) {
  return send(fd, bytes, size, MSG_NOSIGNAL);
}

/* Sends small writes at once, and notices a peer that is gone for good. */
static inline void csystem_prepare_stream(int fd) {
  int on = 1, idle = 60, interval = 15, probes = 4;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

/* What became of a connect(2) in progress: 0, or an errno value. */
static inline int csystem_socket_error(int fd) {
  int code = 0;
  socklen_t size = sizeof code;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno;
}

static inline struct addrinfo csystem_stream_hints(void) {
  struct addrinfo hints = {0};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  hints.ai_flags = AI_NUMERICSERV;
  return hints;
}
#endif
