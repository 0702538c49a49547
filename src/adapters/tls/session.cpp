#include "adapters/tls/session.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <utility>

namespace baton::adapters::tls {

namespace {

/// Beyond a chain of a few certificates a handshake has nothing to send.
constexpr long certificates_bytes_max = 16 * 1024;
constexpr std::size_t record_bytes_max = 16 * 1024;

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

class OpenSslSession final : public Session {
public:
    OpenSslSession(SSL_CTX& context, Side side, Expected expected)
        : ssl_(SSL_new(&context)), expected_(std::move(expected)) {
        // The connection owns both.
        in_ = BIO_new(BIO_s_mem());
        out_ = BIO_new(BIO_s_mem());
        BIO_set_mem_eof_return(in_, -1);
        SSL_set_bio(ssl_.get(), in_, out_);
        if (side == Side::server) {
            SSL_set_accept_state(ssl_.get());
        } else {
            SSL_set_connect_state(ssl_.get());
            begin_as_client();
        }
    }

    Result<std::string> open(std::string_view wire) override {
        if (BIO_write(in_, wire.data(), static_cast<int>(wire.size())) !=
            static_cast<int>(wire.size())) {
            return unavailable("no memory for what was received");
        }
        if (!established_) {
            BATON_TRY(shake());
            if (!established_) return std::string{};
        }
        return read();
    }

    std::string seal(std::string_view plain) override {
        if (!plain.empty()) {
            // A memory BIO grows, so nothing is left over.
            SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
            ERR_clear_error();
        }
        char* bytes = nullptr;
        const long size = BIO_get_mem_data(out_, &bytes);
        std::string wire{bytes, static_cast<std::size_t>(std::max(size, 0L))};
        (void)BIO_reset(out_);
        return wire;
    }

    [[nodiscard]] bool established() const override { return established_; }
    [[nodiscard]] const std::vector<std::string>& nodes() const override { return nodes_; }

private:
    void begin_as_client() {
        X509_VERIFY_PARAM* const demands = SSL_get0_param(ssl_.get());
        if (!expected_.host.empty() &&
            X509_VERIFY_PARAM_set1_ip_asc(demands, expected_.host.c_str()) != 1) {
            X509_VERIFY_PARAM_set1_host(demands, expected_.host.c_str(), 0);
            name_server();
        }
        ERR_clear_error();
        SSL_do_handshake(ssl_.get());
        ERR_clear_error();
    }

    /// What OpenSSL's macro does, without its cast.
    void name_server() {
        SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 expected_.host.data());
    }

    Result<void> shake() {
        const int done = SSL_do_handshake(ssl_.get());
        if (done != 1) {
            if (SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ) return success();
            return why();
        }
        const Certificate shown{SSL_get1_peer_certificate(ssl_.get())};
        if (shown) nodes_ = nodes_of(*shown);
        const std::string& node = expected_.node.text;
        if (!node.empty() && std::ranges::find(nodes_, node) == nodes_.end()) {
            return refused("its certificate names " + joined(nodes_) + ", not node " + node);
        }
        established_ = true;
        return success();
    }

    Result<std::string> read() {
        std::string plain;
        std::array<char, record_bytes_max> buffer{};
        for (;;) {
            const int count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
            if (count > 0) {
                plain.append(buffer.data(), static_cast<std::size_t>(count));
                continue;
            }
            const int error = SSL_get_error(ssl_.get(), count);
            if (error == SSL_ERROR_WANT_READ) return plain;
            // What came before the goodbye still counts; the socket ends soon after.
            if (error == SSL_ERROR_ZERO_RETURN && !plain.empty()) return plain;
            if (error == SSL_ERROR_ZERO_RETURN) return unavailable("the connection was ended");
            return why();
        }
    }

    /// Who of both refused, and what.
    Error why() {
        const long verified = SSL_get_verify_result(ssl_.get());
        const unsigned long code = ERR_peek_error();
        const std::string reason = take_reason();
        if (verified != X509_V_OK) {
            return refused(std::string{"its certificate is not accepted: "} +
                           X509_verify_cert_error_string(verified));
        }
        // Alerts of the other side have their own range of reasons.
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) > SSL_AD_REASON_OFFSET) {
            return refused("the other side broke the TLS connection off: " + reason);
        }
        return invalid("not TLS as agreed on, or forged or repeated on the way: " + reason);
    }

    Owned<SSL> ssl_;
    BIO* in_ = nullptr;
    BIO* out_ = nullptr;
    Expected expected_;
    std::vector<std::string> nodes_;
    bool established_ = false;
};

}  // namespace

std::shared_ptr<Session> begin_session(SSL_CTX& context, Side side, Expected expected) {
    return std::make_shared<OpenSslSession>(context, side, std::move(expected));
}

Owned<SSL_CTX> make_context(Side side) {
    Owned<SSL_CTX> context{
        SSL_CTX_new(side == Side::server ? TLS_server_method() : TLS_client_method())};
    if (!context) return context;
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_max_cert_list(context.get(), certificates_bytes_max);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

int trust(SSL_CTX& context, std::string_view pem) {
    const auto bio = reading(pem);
    int count = 0;
    while (const Certificate one = read_certificate(*bio)) {
        count += X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), one.get());
    }
    return count;
}

}  // namespace baton::adapters::tls
