#ifndef CSYSTEM_OPENSSL_H
#define CSYSTEM_OPENSSL_H
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif
