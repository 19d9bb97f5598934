#ifndef CSYSTEM_SQLITE_H
#define CSYSTEM_SQLITE_H
#include <sqlite3.h>
#include <stddef.h>

/* SQLITE_TRANSIENT is a cast that Swift does not see. SQLite copies what is bound. */
static inline int csystem_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, size_t length) {
  return sqlite3_bind_text64(statement, index, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}
static inline int csystem_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, size_t length) {
  return length == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                     : sqlite3_bind_blob64(statement, index, bytes, length, SQLITE_TRANSIENT);
}

#endif
