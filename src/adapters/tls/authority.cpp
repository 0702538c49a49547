// Makes keys and certificates. What is checked when they are used is in
// credentials.cpp.
#include "adapters/certificates.hpp"
#include "adapters/tls/openssl.hpp"
#include "adapters/tls/pem_file.hpp"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace baton::adapters {

namespace tls {

namespace {

constexpr int serial_bits = 127;  ///< RFC 5280 allows 20 bytes; drawn, so never used twice.
/// Clocks of other machines may be behind this one's.
constexpr long begins_ago_seconds = 3600;
constexpr long day_seconds = 24L * 3600;
constexpr std::size_t name_length_max = 63;

struct Signer {
    X509* certificate;  ///< Null: the new certificate signs itself.
    EVP_PKEY* key;
};

struct Extension {
    int kind;
    std::string value;  ///< In the words of OpenSSL's configuration.
};

Error failed(const std::string& what) {
    return unavailable("OpenSSL could not " + what + ": " + take_reason());
}

bool name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/// Names become file names and parts of OpenSSL's configuration language.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_length_max && text[0] != '.' && text[0] != '-' &&
           std::ranges::all_of(text, name_character);
}

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> ignored{};
    return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

Result<std::string> names_of(const CertificateWish& wish) {
    if (wish.hosts.empty()) {
        return invalid("no host: say under which names and addresses node " + wish.node.text +
                       " is reached");
    }
    std::string names = "URI:" + std::string{node_name_prefix} + wish.node.text;
    for (const std::string& host : wish.hosts) {
        const bool address = is_address(host);
        if (!address && !is_name(host)) {
            return invalid("\"" + host + "\" is neither a host name nor an address");
        }
        names += (address ? ",IP:" : ",DNS:") + host;
    }
    return names;
}

Result<void> draw_serial(X509& certificate) {
    const Owned<BIGNUM> number{BN_new()};
    if (BN_rand(number.get(), serial_bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) != 1 ||
        BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) == nullptr) {
        return failed("draw a serial number");
    }
    return success();
}

Result<void> extend(X509& certificate, X509* issuer, const std::vector<Extension>& extensions) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer == nullptr ? &certificate : issuer, &certificate, nullptr,
                   nullptr, 0);
    for (const auto& [kind, value] : extensions) {
        const Owned<X509_EXTENSION> extension{
            X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
        if (!extension || X509_add_ext(&certificate, extension.get(), -1) != 1) {
            return failed("add the extension " + value);
        }
    }
    return success();
}

struct Subject {
    std::string name;
    EVP_PKEY* key;
    int days;
};

Result<Certificate> begin_certificate(const Subject& subject, const Signer& signer) {
    Certificate made{X509_new()};
    BATON_TRY(draw_serial(*made));
    X509_NAME* const name = X509_get_subject_name(made.get());
    // OpenSSL copies the text.
    const auto* const text = reinterpret_cast<const unsigned char*>(subject.name.c_str());
    const bool fine =
        X509_set_version(made.get(), X509_VERSION_3) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -begins_ago_seconds) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(made.get()), subject.days * day_seconds) != nullptr &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
        X509_set_issuer_name(made.get(), signer.certificate == nullptr
                                             ? name
                                             : X509_get_subject_name(signer.certificate)) == 1 &&
        X509_set_pubkey(made.get(), subject.key) == 1;
    if (!fine) return failed("make a certificate");
    return made;
}

Result<void> sign(X509& certificate, const Signer& signer) {
    if (X509_sign(&certificate, signer.key, EVP_sha256()) > 0) return success();
    return failed("sign a certificate");
}

std::vector<Extension> authority_extensions() {
    return {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
            {NID_key_usage, "critical,keyCertSign,cRLSign"},
            {NID_subject_key_identifier, "hash"}};
}

/// An agent is server and client of the others.
std::vector<Extension> node_extensions(const std::string& names) {
    std::vector<Extension> extensions{{NID_basic_constraints, "critical,CA:FALSE"},
                                      {NID_key_usage, "critical,digitalSignature"},
                                      {NID_ext_key_usage, "serverAuth,clientAuth"},
                                      {NID_subject_key_identifier, "hash"},
                                      {NID_authority_key_identifier, "keyid"}};
    if (!names.empty()) extensions.push_back({NID_subject_alt_name, names});
    return extensions;
}

std::string written(X509* certificate) {
    const Owned<BIO> bio{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(bio.get(), certificate);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string written(EVP_PKEY* key) {
    const Owned<BIO> bio{BIO_new(BIO_s_mem())};
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

struct Authority {
    Certificate certificate;
    Key key;
};

Result<Authority> open_authority(const std::string& directory) {
    const std::string place = directory + "/ca";
    auto text = read_pem(place + ".crt");
    if (!text) {
        return refused(text.error().message + "; make an authority first: baton tls init --dir " +
                       directory);
    }
    BATON_TRY(const std::string key, read_key_file(place + ".key"));
    const auto bio = reading(text.value());
    Authority found{read_certificate(*bio), read_key(key)};
    if (!found.certificate) return invalid(place + ".crt holds no certificate");
    if (!found.key) return invalid(place + ".key holds no key without passphrase");
    if (X509_check_private_key(found.certificate.get(), found.key.get()) != 1) {
        (void)take_reason();
        return invalid(place + ".key does not belong to " + place + ".crt");
    }
    return found;
}

Issued described(const std::string& place, const X509& certificate) {
    return {place + ".crt", place + ".key", day_of(end_of(certificate))};
}

Result<Issued> keep(const std::string& place, X509* certificate, EVP_PKEY* key) {
    // The key first: a certificate without its key would look finished.
    BATON_TRY(create_file(place + ".key", written(key), FileMode::secret));
    if (auto kept = create_file(place + ".crt", written(certificate), FileMode::open); !kept) {
        remove_file(place + ".key");
        return std::move(kept).error();
    }
    return described(place, *certificate);
}

Result<Key> make_key() {
    Key made{EVP_EC_gen("P-256")};
    if (!made) return failed("make a key");
    return made;
}

/// "ca" would take the place of the authority.
Result<void> check_name(const NodeId& node) {
    if (is_name(node.text) && node.text != "ca") return success();
    return invalid("\"" + node.text + "\" cannot be the name of a node's certificate");
}

}  // namespace

}  // namespace tls

Result<Issued> make_authority(const std::string& directory) {
    BATON_TRY(tls::make_folder(directory));
    BATON_TRY(const auto key, tls::make_key());
    const tls::Signer itself{nullptr, key.get()};
    BATON_TRY(const auto made,
              tls::begin_certificate({"baton authority", key.get(), authority_days}, itself));
    BATON_TRY(tls::extend(*made, nullptr, tls::authority_extensions()));
    BATON_TRY(tls::sign(*made, itself));
    return tls::keep(directory + "/ca", made.get(), key.get());
}

Result<Issued> issue_certificate(const std::string& directory, const CertificateWish& wish) {
    BATON_TRY(tls::check_name(wish.node));
    BATON_TRY(const auto authority, tls::open_authority(directory));
    BATON_TRY(const std::string names, tls::names_of(wish));
    BATON_TRY(const auto key, tls::make_key());
    const tls::Signer signer{authority.certificate.get(), authority.key.get()};
    BATON_TRY(const auto made,
              tls::begin_certificate({wish.node.text, key.get(), wish.days}, signer));
    BATON_TRY(tls::extend(*made, signer.certificate, tls::node_extensions(names)));
    BATON_TRY(tls::sign(*made, signer));
    return tls::keep(directory + "/" + wish.node.text, made.get(), key.get());
}

Result<Issued> renew_certificate(const std::string& directory, const NodeId& node, int days) {
    BATON_TRY(tls::check_name(node));
    const std::string place = directory + "/" + node.text;
    BATON_TRY(const auto authority, tls::open_authority(directory));
    BATON_TRY(const std::string text, tls::read_pem(place + ".crt"));
    const auto bio = tls::reading(text);
    const tls::Certificate old = tls::read_certificate(*bio);
    if (!old) return invalid(place + ".crt holds no certificate");
    const tls::Signer signer{authority.certificate.get(), authority.key.get()};
    BATON_TRY(const auto made,
              tls::begin_certificate({node.text, X509_get0_pubkey(old.get()), days}, signer));
    BATON_TRY(tls::extend(*made, signer.certificate, tls::node_extensions("")));
    const int names = X509_get_ext_by_NID(old.get(), NID_subject_alt_name, -1);
    if (names < 0 || X509_add_ext(made.get(), X509_get_ext(old.get(), names), -1) != 1) {
        return invalid(place + ".crt names no node and no host; issue one with baton tls issue");
    }
    BATON_TRY(tls::sign(*made, signer));
    BATON_TRY(tls::replace_file(place + ".crt", tls::written(made.get())));
    return tls::described(place, *made);
}

}  // namespace baton::adapters
