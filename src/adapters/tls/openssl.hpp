#pragma once

/// OpenSSL's objects as owned values, and its errors as sentences. Everything
/// of OpenSSL that has to be freed is freed here and nowhere else.

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace baton::adapters::tls {

struct Free {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(X509_STORE_CTX* verification) const { X509_STORE_CTX_free(verification); }
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    void operator()(ASN1_INTEGER* number) const { ASN1_INTEGER_free(number); }
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* connection) const { SSL_free(connection); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

using Key = Owned<EVP_PKEY>;
using Certificate = Owned<X509>;

/// The oldest reason OpenSSL has noted, in its words; forgets all of them.
[[nodiscard]] std::string take_reason();

/// A BIO that reads `text`, which must outlive it.
[[nodiscard]] Owned<BIO> reading(std::string_view text);

/// One certificate, or none. `pem` may hold other things as well.
[[nodiscard]] Certificate read_certificate(BIO& pem);
/// A private key without passphrase, or none.
[[nodiscard]] Key read_key(std::string_view pem);

/// Nodes a certificate names: its names of type URI that begin as
/// `node_name_prefix`; if it has none, its common name.
[[nodiscard]] std::vector<std::string> nodes_of(X509& certificate);

/// End of validity in seconds since 1970, and as a day.
[[nodiscard]] std::int64_t end_of(const X509& certificate);
[[nodiscard]] std::string day_of(std::int64_t seconds);

}  // namespace baton::adapters::tls
