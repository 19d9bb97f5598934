#ifndef CSYSTEM_SQLITE_H
#define CSYSTEM_SQLITE_H
#include <sqlite3.h>
#endif
