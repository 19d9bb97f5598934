#ifndef CSYSTEM_CRYPTO_H
#define CSYSTEM_CRYPTO_H
#include <openssl/evp.h>
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
#endif
