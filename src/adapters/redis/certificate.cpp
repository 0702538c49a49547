#include "adapters/redis/certificate.hpp"

namespace baton::redis {

namespace ssl = boost::asio::ssl;

Result<void> present_certificate(ssl::context& context, const cluster::ServerTls& files) {
    boost::system::error_code error;
    if (!files.cert_file.empty()) context.use_certificate_chain_file(files.cert_file, error);
    if (error) return refused("cannot use cert_file " + files.cert_file + ": " + error.message());
    if (!files.key_file.empty()) {
        context.use_private_key_file(files.key_file, ssl::context::pem, error);
    }
    if (error) return refused("cannot use key_file " + files.key_file + ": " + error.message());
    return success();
}

}  // namespace baton::redis
