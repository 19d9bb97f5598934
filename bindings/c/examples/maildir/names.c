/* Names of files and folders: any bytes but / and NUL, written by anybody. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "maildir.h"

/* How many bytes the UTF-8 sequence at text has; 0 where it is none, or a control character. RFC 3629. */
static size_t sequence(const unsigned char *text, size_t left) {
  static const unsigned int least[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned int code;
  size_t size, index;
  if (text[0] < 0x80) return text[0] >= 0x20 && text[0] != 0x7f;
  if (text[0] >= 0xc2 && text[0] <= 0xdf) size = 2;
  else if (text[0] >= 0xe0 && text[0] <= 0xef) size = 3;
  else if (text[0] >= 0xf0 && text[0] <= 0xf4) size = 4;
  else return 0;
  if (left < size) return 0;
  code = text[0] & (0xffu >> (size + 1));
  for (index = 1; index < size; index++) {
    if ((text[index] & 0xc0) != 0x80) return 0;
    code = code << 6 | (text[index] & 0x3fu);
  }
  if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  return size;
}

/* A clean name stays as it is. One that is not UTF-8, or has a control character, a blank or a %, is written with %XX
 * for each such byte and all beyond ASCII: so no two names become one text. */
bool name_as_text(const char *name, size_t length, char out[REF_LIMIT + 1]) {
  const unsigned char *bytes = (const unsigned char *)name;
  size_t at = 0, used = 0, size;
  while (at < length && bytes[at] != '%' && bytes[at] != ' ' && (size = sequence(bytes + at, length - at)) > 0) {
    at += size;
  }
  if (at == length) {
    if (length > REF_LIMIT) return false;
    memcpy(out, name, length);
    out[length] = 0;
    return true;
  }
  for (at = 0; at < length; at++) {
    bool plain = bytes[at] > 0x20 && bytes[at] < 0x7f && bytes[at] != '%';
    if (used + (plain ? 1 : 3) > REF_LIMIT) return false;
    if (plain) out[used++] = name[at];
    else used += (size_t)sprintf(out + used, "%%%02X", bytes[at]);
  }
  out[used] = 0;
  return true;
}

size_t unique_length(const char *file) {
  const char *colon = strchr(file, ':');
  return colon ? (size_t)(colon - file) : strlen(file);
}

/* https://cr.yp.to/proto/maildir.html: info "2," and then one letter each, in ASCII order. */
static const char letters[] = "DFPRST";

static const char *flag_of(char letter) {
  static const char *const flags[] = {
    "\\Draft", "\\Flagged", "$Forwarded", "\\Answered", "\\Seen", "\\Deleted",
  };
  const char *found = letter ? strchr(letters, letter) : NULL;
  return found ? flags[found - letters] : NULL;
}

void flags_of(const char *file, char out[64]) {
  const char *info = strstr(file, ":2,"), *letter;
  out[0] = 0;
  if (!info) return;
  for (letter = letters; *letter; letter++) {
    if (!strchr(info + 3, *letter)) continue;
    if (out[0]) strcat(out, " ");
    strcat(out, flag_of(*letter));          /* all six take 54 bytes                                      */
  }
}

bool has_flag(const char *flags, const char *flag, size_t size) {
  for (; *flags; flags += strcspn(flags, " "), flags += strspn(flags, " ")) {
    if (strcspn(flags, " ") == size && !strncasecmp(flags, flag, size)) return true;
  }
  return false;
}

/* Letters that stand there and mean none of these flags (of other programs) stay. */
void info_of(const char *file, const char *add, const char *remove, char out[64]) {
  const char *info = strstr(file, ":2,");
  char letter[2] = {0, 0};
  out[0] = 0;
  for (letter[0] = '!'; letter[0] <= '~' && strlen(out) < 63; letter[0]++) {
    const char *flag = flag_of(letter[0]);
    bool is_set = info && strchr(info + 3, letter[0]);
    if (flag && has_flag(add, flag, strlen(flag))) is_set = true;
    else if (flag && has_flag(remove, flag, strlen(flag))) is_set = false;
    if (is_set) strcat(out, letter);
  }
}

bool is_subfolder(const char *name, size_t length) {
  if (length < 2 || length > 255 || name[0] != '.' || name[1] == '.') return false;
  return !memchr(name, '/', length) && !memchr(name, 0, length);
}
