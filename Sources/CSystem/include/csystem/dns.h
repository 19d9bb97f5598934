#ifndef CSYSTEM_DNS_H
#define CSYSTEM_DNS_H
#include <netinet/in.h>
#include <resolv.h>
#include <stddef.h>
#include <sys/socket.h>

/* The name that begins at an offset of a DNS message (RFC 1035, section 4.1.4), as text with its escapes, into room for at
 * least 1,025 characters; glibc follows the pointers, and refuses those that lead out of the message or round in a ring.
 * Gives how many octets the name takes where it stands, or -1. */
static inline int csystem_dns_name(const unsigned char *message, size_t size, size_t at, char *name, int room) {
  if (at >= size || size > 65535) return -1;
  return dn_expand(message, message + size, message + at, name, room);
}

/* A non-blocking datagram socket that no child program inherits. */
static inline int csystem_datagram_socket(int family) {
  return socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
}
#endif
