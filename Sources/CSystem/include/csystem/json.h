#ifndef CSYSTEM_JSON_H
#define CSYSTEM_JSON_H
#include <jansson.h>

/* jansson's reference counting is inline functions over macros; these two are the ones needed. */
static inline void csystem_json_decref(json_t *value) { json_decref(value); }
static inline int csystem_json_type(const json_t *value) { return (int)json_typeof(value); }
static inline int csystem_json_array_append(json_t *array, json_t *value) {
  return json_array_append_new(array, value);
}
static inline int csystem_json_object_set(json_t *object, const char *key, size_t length, json_t *value) {
  (void)length;
  return json_object_set_new(object, key, value);
}
#endif
