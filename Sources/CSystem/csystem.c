#define _GNU_SOURCE
#include "csystem.h"
#include <dlfcn.h>

const char *csystem_own_file(void) {
  Dl_info found;
  return dladdr((const void *)&csystem_own_file, &found) ? found.dli_fname : NULL;
}
