#ifndef CSYSTEM_FFI_H
#define CSYSTEM_FFI_H
#include <ffi.h>
#endif
