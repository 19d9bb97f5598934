#ifndef CSYSTEM_IDN_H
#define CSYSTEM_IDN_H
#include <idn2.h>
#include <string.h>

/* The ASCII spelling of a domain in UTF-8 (IDNA 2008, after the mapping of UTS #46). 0 where it has none, or where that has
 * no room. */
static inline size_t csystem_idn_ascii(const char *domain, char *out, size_t room) {
  uint8_t *made = NULL;
  if (idn2_lookup_u8((const uint8_t *)domain, &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) return 0;
  size_t length = strlen((const char *)made);
  if (length <= room) memcpy(out, made, length);
  idn2_free(made);
  return length <= room ? length : 0;
}
#endif
