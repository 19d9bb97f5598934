#ifndef CSYSTEM_ZLIB_H
#define CSYSTEM_ZLIB_H
#include <zlib.h>

/* Raw deflate (RFC 1951), as RFC 4978 has it; zlib offers these as macros. Z_OK, or a failure of zlib's. */
static inline int csystem_inflate_begin(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
static inline int csystem_deflate_begin(z_stream *stream, int window_bits, int memory_level) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY);
}
#endif
