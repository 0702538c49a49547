#include "adapters/tls/credentials.hpp"

#include "adapters/tls/pem_file.hpp"

#include <algorithm>
#include <utility>

namespace baton::adapters {

namespace tls {

namespace {

constexpr std::string_view remedy = "; make one with baton tls issue, or bring one along";

/// The certificate, and behind it those that lead to the authority.
bool present(SSL_CTX& context, std::string_view pem) {
    const auto bio = reading(pem);
    const Certificate own = read_certificate(*bio);
    if (!own || SSL_CTX_use_certificate(&context, own.get()) != 1) return false;
    while (const Certificate next = read_certificate(*bio)) {
        if (SSL_CTX_add1_chain_cert(&context, next.get()) != 1) return false;
    }
    return true;
}

/// Why the authority does not vouch for the certificate; empty if it does.
std::string distrust(SSL_CTX& context, X509& own) {
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(&context, &chain);
    const Owned<X509_STORE_CTX> verification{X509_STORE_CTX_new()};
    X509_STORE_CTX_init(verification.get(), SSL_CTX_get_cert_store(&context), &own, chain);
    if (X509_verify_cert(verification.get()) == 1) return {};
    (void)take_reason();
    return X509_verify_cert_error_string(X509_STORE_CTX_get_error(verification.get()));
}

}  // namespace

Result<std::unique_ptr<Credentials>> Credentials::load(const CertificateFiles& files,
                                                       const NodeId& self) {
    auto made = std::make_unique<Credentials>(files, self);
    BATON_TRY(made->refresh());
    return made;
}

Result<Credentials::Content> Credentials::read() const {
    Content content;
    BATON_TRY(content.authority, read_pem(files_.ca_file));
    BATON_TRY(content.certificate, read_pem(files_.cert_file));
    BATON_TRY(content.key, read_key_file(files_.key_file));
    return content;
}

Result<bool> Credentials::refresh() {
    BATON_TRY(Content content, read());
    if (content == content_) return false;
    BATON_TRY(Contexts contexts, build(content));
    content_ = std::move(content);
    const std::scoped_lock lock(mutex_);
    contexts_ = std::move(contexts);
    return true;
}

Result<Credentials::Contexts> Credentials::build(const Content& content) const {
    Contexts made;
    BATON_TRY(made.peers, context(content, Side::server));
    BATON_TRY(made.api, context(content, Side::server));
    BATON_TRY(made.client, context(content, Side::client));
    SSL_CTX_set_verify(made.peers.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       nullptr);
    made.expires = end_of(*SSL_CTX_get0_certificate(made.peers.get()));
    return made;
}

Result<Owned<SSL_CTX>> Credentials::context(const Content& content, Side side) const {
    auto made = make_context(side);
    if (!made) return unavailable("no memory for TLS");
    if (trust(*made, content.authority) == 0) {
        return invalid("ca_file " + files_.ca_file + " holds no certificate");
    }
    if (!present(*made, content.certificate)) {
        (void)take_reason();
        return invalid("cert_file " + files_.cert_file + " holds no certificate" +
                       std::string{remedy});
    }
    const Key key = read_key(content.key);
    if (!key) return invalid("key_file " + files_.key_file + " holds no key without passphrase");
    if (SSL_CTX_use_PrivateKey(made.get(), key.get()) != 1) {
        (void)take_reason();
        return invalid("the key in " + files_.key_file + " does not belong to the certificate in " +
                       files_.cert_file);
    }
    BATON_TRY(check_own(*made));
    return made;
}

/// Better told at home than by every peer that refuses us.
Result<void> Credentials::check_own(SSL_CTX& context) const {
    X509& own = *SSL_CTX_get0_certificate(&context);
    const auto nodes = nodes_of(own);
    if (std::ranges::find(nodes, self_.text) == nodes.end()) {
        std::string named;
        for (const std::string& node : nodes) named += (named.empty() ? "" : ", ") + node;
        return invalid("the certificate in " + files_.cert_file + " names node " + named +
                       ", and this is node " + self_.text + std::string{remedy});
    }
    const std::string why = distrust(context, own);
    if (why.empty()) return success();
    return invalid("the authority in " + files_.ca_file + " does not vouch for " +
                   files_.cert_file + " (valid until " + day_of(end_of(own)) + "): " + why +
                   "; renew it with baton tls renew, or name the authority that signed it");
}

std::shared_ptr<Session> Credentials::answer(Door door) {
    const std::scoped_lock lock(mutex_);
    const auto& context = door == Door::peers ? contexts_.peers : contexts_.api;
    return begin_session(*context, Side::server, {});
}

std::shared_ptr<Session> Credentials::dial(const NodeId& node) {
    const std::scoped_lock lock(mutex_);
    return begin_session(*contexts_.client, Side::client, {.node = node});
}

std::int64_t Credentials::expires() const {
    const std::scoped_lock lock(mutex_);
    return contexts_.expires;
}

}  // namespace tls

Result<std::shared_ptr<Session>> begin_api_client(const std::string& ca_file,
                                                  const std::string& host) {
    BATON_TRY(const std::string authority, tls::read_pem(ca_file));
    const auto context = tls::make_context(tls::Side::client);
    if (!context) return unavailable("no memory for TLS");
    if (tls::trust(*context, authority) == 0) return invalid(ca_file + " holds no certificate");
    return tls::begin_session(*context, tls::Side::client, {.host = host});
}

}  // namespace baton::adapters
