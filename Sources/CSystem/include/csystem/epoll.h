#ifndef CSYSTEM_EPOLL_H
#define CSYSTEM_EPOLL_H
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>

/* epoll(7), whose event is a packed union that Swift does not see. All watches are one-shot and level-triggered. */
static inline int csystem_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

/* Watches a descriptor; `key` comes back with its event. 0, or an errno value. */
static inline int csystem_epoll_add(int epoll, int fd, uint32_t events, uint64_t key) {
  struct epoll_event event = {.events = events | EPOLLONESHOT | EPOLLRDHUP, .data = {.u64 = key}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

/* Watches it again, after its event came. 0, or an errno value. */
static inline int csystem_epoll_again(int epoll, int fd, uint32_t events, uint64_t key) {
  struct epoll_event event = {.events = events | EPOLLONESHOT | EPOLLRDHUP, .data = {.u64 = key}};
  return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0 ? 0 : errno;
}

/* Watches an eventfd for good. 0, or an errno value. */
static inline int csystem_epoll_watch_bell(int epoll, int fd, uint64_t key) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = key}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

/* Makes an eventfd readable; makes it unreadable again. */
static inline void csystem_ring(int fd) {
  uint64_t one = 1;
  ssize_t done = write(fd, &one, sizeof one);
  (void)done;
}
static inline void csystem_hush(int fd) {
  uint64_t rings;
  ssize_t done = read(fd, &rings, sizeof rings);
  (void)done;
}

static inline void csystem_epoll_remove(int epoll, int fd) {
  struct epoll_event event = {0};
  epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

/* What is ready: the key, and whether the other side has ended the stream, or its sending half. */
typedef struct { uint64_t key; int32_t ended; } csystem_ready;

/* At most `capacity` of what is ready; negative: an errno value, negated. */
static inline int csystem_epoll_wait(int epoll, csystem_ready *ready, int capacity, int timeout_ms) {
  struct epoll_event events[64];
  int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, timeout_ms);
  if (count < 0) return -errno;
  for (int i = 0; i < count; i++) {
    ready[i].key = events[i].data.u64;
    ready[i].ended = (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  }
  return count;
}

static inline uint32_t csystem_epoll_reading(void) { return EPOLLIN; }
static inline uint32_t csystem_epoll_writing(void) { return EPOLLOUT; }
#endif
