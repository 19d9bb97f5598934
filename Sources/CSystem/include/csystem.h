/* csystem.h - the system libraries that Mailroom links, with `static inline` functions where a library
 * offers only a macro or a variadic. One header a library; the rooms import this module alone. */
#ifndef CSYSTEM_H
#define CSYSTEM_H
#include "csystem/libc.h"
#include "csystem/crypto.h"
#include "csystem/curl.h"
#include "csystem/dns.h"
#include "csystem/epoll.h"
#include "csystem/ffi.h"
#include "csystem/iconv.h"
#include "csystem/idn.h"
#include "csystem/json.h"
#include "csystem/net.h"
#include "csystem/openssl.h"
#include "csystem/sqlite.h"
#include "csystem/xml.h"
#include "csystem/zlib.h"
#endif
