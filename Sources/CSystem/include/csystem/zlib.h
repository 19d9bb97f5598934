#ifndef CSYSTEM_ZLIB_H
#define CSYSTEM_ZLIB_H
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

/* A block out of which zlib's memory comes, so that it goes as one; what does not fit comes from the heap. */
typedef struct { size_t size, used; } csystem_slab;

static inline void *csystem_slab_take(void *opaque, uInt items, uInt size) {
  csystem_slab *slab = (csystem_slab *)opaque;
  size_t wanted = ((size_t)items * size + 15) & ~(size_t)15;
  if (wanted > slab->size - slab->used) return malloc(wanted);
  slab->used += wanted;
  return (char *)slab + slab->used - wanted;
}

static inline void csystem_slab_give(void *opaque, void *address) {
  csystem_slab *slab = (csystem_slab *)opaque;
  if ((char *)address < (char *)slab || (char *)address >= (char *)slab + slab->size) free(address);
}

/* A stream whose memory is this block, which begins with the stream itself. */
static inline z_stream *csystem_zlib_stream(void *block, size_t size) {
  csystem_slab *slab = (csystem_slab *)block;
  slab->size = size;
  slab->used = (sizeof *slab + 15) & ~(size_t)15;
  z_stream *stream = (z_stream *)csystem_slab_take(slab, 1, sizeof *stream);
  *stream = (z_stream){.zalloc = csystem_slab_take, .zfree = csystem_slab_give, .opaque = slab};
  return stream;
}

/* Raw deflate (RFC 1951), as RFC 4978 has it; zlib offers these as macros. Z_OK, or a failure of zlib's. */
static inline int csystem_inflate_begin(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
static inline int csystem_deflate_begin(z_stream *stream, int window_bits, int memory_level) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY);
}
#endif
