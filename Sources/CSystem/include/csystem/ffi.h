#ifndef CSYSTEM_FFI_H
#define CSYSTEM_FFI_H
#include <ffi.h>
#include <stddef.h>
#include <stdint.h>

/* The type of one letter of an operation's signature (mailroom_plugin.h); NULL for an unknown letter. libffi's types
 * are mutable globals, which Swift will not touch; `y` is the struct mr_bytes { const void *; size_t }, by value. */
static inline ffi_type *csystem_ffi_type(char letter) {
  static ffi_type *bytes_elements[3];
  static ffi_type bytes_type = {sizeof(void *) + sizeof(size_t), sizeof(void *), FFI_TYPE_STRUCT, bytes_elements};
  switch (letter) {
    case 'i': return &ffi_type_sint32;
    case 'l': return &ffi_type_sint64;
    case 'd': return &ffi_type_double;
    case 's': case 'S': case 'r': case 'p': return &ffi_type_pointer;
    case 'y':
      bytes_elements[0] = &ffi_type_pointer;
      bytes_elements[1] = sizeof(size_t) == 8 ? &ffi_type_uint64 : &ffi_type_uint32;
      return &bytes_type;
    default: return NULL;
  }
}

/* Calls `function`, which answers an int32_t, with arguments of these types. 0 where libffi refuses the types. */
static inline int csystem_ffi_call(void (*function)(void), unsigned count, ffi_type **types, void **values,
                                   int32_t *result) {
  ffi_cif cif;
  ffi_arg answer = 0;
  if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, count, &ffi_type_sint32, types) != FFI_OK) return 0;
  ffi_call(&cif, function, &answer, values);
  *result = (int32_t)answer;
  return 1;
}
#endif
