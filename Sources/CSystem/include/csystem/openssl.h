#ifndef CSYSTEM_OPENSSL_H
#define CSYSTEM_OPENSSL_H
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* OpenSSL offers these as macros. */
static inline int csystem_ssl_min_tls12(SSL_CTX *context) {
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
static inline void csystem_ssl_modes(SSL_CTX *context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}
static inline int csystem_ssl_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}
static inline int csystem_print_name(BIO *bio, const X509_NAME *name) {
  return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
}
static inline void csystem_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void csystem_bio_retry_write(BIO *bio) { BIO_set_retry_write(bio); }
static inline void csystem_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
#endif
