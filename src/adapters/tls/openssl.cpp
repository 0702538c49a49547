#include "adapters/tls/openssl.hpp"

#include "adapters/certificates.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <ctime>

namespace baton::adapters::tls {

namespace {

/// OpenSSL would otherwise ask the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
    return 0;
}

std::string text_of(const ASN1_STRING* string) {
    const auto* bytes = ASN1_STRING_get0_data(string);
    return {bytes, bytes + ASN1_STRING_length(string)};
}

std::string common_name(X509& certificate) {
    X509_NAME* const subject = X509_get_subject_name(&certificate);
    const int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (place < 0) return {};
    return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place)));
}

}  // namespace

std::string take_reason() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "no reason given" : reason;
}

Owned<BIO> reading(std::string_view text) {
    return Owned<BIO>{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

Certificate read_certificate(BIO& pem) {
    Certificate found{PEM_read_bio_X509(&pem, nullptr, no_passphrase, nullptr)};
    ERR_clear_error();
    return found;
}

Key read_key(std::string_view pem) {
    const auto bio = reading(pem);
    Key found{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
    ERR_clear_error();
    return found;
}

std::vector<std::string> nodes_of(X509& certificate) {
    std::vector<std::string> nodes;
    const Owned<GENERAL_NAMES> names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int place = 0; names && place < sk_GENERAL_NAME_num(names.get()); ++place) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), place);
        if (name->type != GEN_URI) continue;
        const std::string uri = text_of(name->d.uniformResourceIdentifier);
        if (uri.starts_with(node_name_prefix)) nodes.push_back(uri.substr(node_name_prefix.size()));
    }
    if (nodes.empty()) nodes.push_back(common_name(certificate));
    return nodes;
}

std::int64_t end_of(const X509& certificate) {
    std::tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &time) != 1) return 0;
    return timegm(&time);
}

std::string day_of(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 16> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return {text.data(), size};
}

}  // namespace baton::adapters::tls
