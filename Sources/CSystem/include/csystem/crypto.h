#ifndef CSYSTEM_CRYPTO_H
#define CSYSTEM_CRYPTO_H
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stddef.h>

/* SHA-256 of bytes that are there whole. The algorithm is fetched once: since OpenSSL 3 each EVP_DigestInit with
 * EVP_sha256() looks it up anew, which takes longer than hashing a small message. Returns 1 when done. */
static inline int csystem_sha256(const void *bytes, size_t length, unsigned char digest[32]) {
  static EVP_MD *fetched;
  EVP_MD *method = __atomic_load_n(&fetched, __ATOMIC_ACQUIRE);
  if (method == NULL) {
    method = EVP_MD_fetch(NULL, "SHA256", NULL);
    EVP_MD *expected = NULL;
    if (method == NULL) return 0;
    if (!__atomic_compare_exchange_n(&fetched, &expected, method, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      EVP_MD_free(method);
      method = expected;
    }
  }
  return EVP_Digest(bytes, length, digest, NULL, method, NULL);
}

/* AES-256-GCM. sealed = nonce (12 bytes, given by the caller) + ciphertext (length) + tag (16).
 * Both return 1 when done, 0 otherwise; csystem_gcm_open writes length bytes only meant for use when it returned 1. */
static inline int csystem_gcm_seal(const unsigned char key[32], const unsigned char nonce[12],
                                   const void *bound, size_t bound_length,
                                   const void *clear, size_t length, unsigned char *sealed) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int part = 0, done = 0;
  if (context != NULL && length < (1u << 30) && bound_length < (1u << 30)
      && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1
      && EVP_EncryptUpdate(context, NULL, &part, (const unsigned char *)bound, (int)bound_length) == 1
      && EVP_EncryptUpdate(context, sealed, &part, (const unsigned char *)clear, (int)length) == 1
      && EVP_EncryptFinal_ex(context, sealed + length, &part) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, sealed + length) == 1) {
    done = 1;
  }
  EVP_CIPHER_CTX_free(context);
  return done;
}

static inline int csystem_gcm_open(const unsigned char key[32], const unsigned char nonce[12],
                                   const void *bound, size_t bound_length,
                                   const unsigned char *sealed, size_t length, unsigned char *clear) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int part = 0, done = 0;
  if (context != NULL && length < (1u << 30) && bound_length < (1u << 30)
      && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1
      && EVP_DecryptUpdate(context, NULL, &part, (const unsigned char *)bound, (int)bound_length) == 1
      && EVP_DecryptUpdate(context, clear, &part, sealed, (int)length) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, (void *)(sealed + length)) == 1
      && EVP_DecryptFinal_ex(context, clear + length, &part) == 1) {
    done = 1;
  }
  EVP_CIPHER_CTX_free(context);
  return done;
}

/* How many bits an RSA public key has, from its SubjectPublicKeyInfo or its bare RSAPublicKey (DER); 0 for anything else. */
static inline int csystem_rsa_bits(const unsigned char *der, size_t length) {
  if (length == 0 || length > 16384) return 0;
  const unsigned char *at = der;
  EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)length);
  if (key == NULL) {
    at = der;
    key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)length);
  }
  int bits = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? EVP_PKEY_get_bits(key) : 0;
  EVP_PKEY_free(key);
  return bits;
}

/* Never asks for a passphrase: OpenSSL would read it from the terminal. */
static inline int csystem_no_passphrase(char *buffer, int size, int writing, void *data) {
  (void)buffer; (void)size; (void)writing; (void)data;
  return 0;
}

/* Signs by RSA with SHA-256 (RFC 8017, section 8.2), with a private key in PEM of at least 2,048 bits. The signature's length, or 0. */
static inline size_t csystem_rs256(const unsigned char *pem, size_t pem_length, const unsigned char *data, size_t length,
                                   unsigned char *signature, size_t capacity) {
  if (pem_length == 0 || pem_length > 65536) return 0;
  BIO *bio = BIO_new_mem_buf(pem, (int)pem_length);
  EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, csystem_no_passphrase, NULL);
  BIO_free(bio);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t size = capacity;
  int done = key != NULL && context != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA
      && EVP_PKEY_get_bits(key) >= 2048 && (size_t)EVP_PKEY_get_size(key) <= capacity
      && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1
      && EVP_DigestSign(context, signature, &size, data, length) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return done ? size : 0;
}

/* The SHA-1 of a certificate in PEM, which is what some call its thumbprint. 1 when done. */
static inline int csystem_certificate_sha1(const unsigned char *pem, size_t pem_length, unsigned char digest[20]) {
  if (pem_length == 0 || pem_length > 65536) return 0;
  BIO *bio = BIO_new_mem_buf(pem, (int)pem_length);
  X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, csystem_no_passphrase, NULL);
  BIO_free(bio);
  unsigned int size = 20;
  int done = certificate != NULL && X509_digest(certificate, EVP_sha1(), digest, &size) == 1;
  X509_free(certificate);
  return done;
}
#endif
