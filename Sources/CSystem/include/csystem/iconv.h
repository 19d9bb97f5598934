#ifndef CSYSTEM_ICONV_H
#define CSYSTEM_ICONV_H
#include <errno.h>
#include <iconv.h>
#include <stddef.h>

/* iconv_open, with NULL in place of (iconv_t)-1: the cast does not reach Swift. */
static inline void *csystem_iconv_open(const char *to, const char *from) {
    iconv_t descriptor = iconv_open(to, from);
    return descriptor == (iconv_t)-1 ? NULL : (void *)descriptor;
}

static inline void csystem_iconv_close(void *descriptor) { iconv_close((iconv_t)descriptor); }

/* Back to the initial shift state. */
static inline void csystem_iconv_reset(void *descriptor) {
    iconv((iconv_t)descriptor, NULL, NULL, NULL, NULL);
}

/* Writes what the descriptor still holds back (a letter that a mark could have followed). Bytes written. */
static inline size_t csystem_iconv_flush(void *descriptor, void *out, size_t out_size) {
    char *to = (char *)out;
    size_t to_left = out_size;
    iconv((iconv_t)descriptor, NULL, NULL, &to, &to_left);
    return out_size - to_left;
}

/* Converts what it can. 0, or the errno of iconv(3): E2BIG, EILSEQ, EINVAL. `used` and `made` are bytes. */
static inline int csystem_iconv(
    void *descriptor, const void *in, size_t in_size, void *out, size_t out_size, size_t *used, size_t *made) {
    char *from = (char *)in;
    char *to = (char *)out;
    size_t from_left = in_size, to_left = out_size;
    size_t result = iconv((iconv_t)descriptor, &from, &from_left, &to, &to_left);
    int code = result == (size_t)-1 ? errno : 0;
    *used = in_size - from_left;
    *made = out_size - to_left;
    return code;
}
#endif
