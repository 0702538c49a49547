#include "config/secret.hpp"

#include "files/small_file.hpp"

#include <algorithm>
#include <cstddef>

namespace baton::config {
namespace {

constexpr std::size_t secret_bytes_max = 4096;

bool control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
}

}  // namespace

Result<std::string> read_secret(const std::string& path) {
    BATON_TRY(std::string secret, files::read_private(path, secret_bytes_max + 1));
    if (!secret.empty() && secret.back() == '\n') secret.pop_back();
    if (secret.empty()) return invalid(path + " is empty");
    if (secret.size() > secret_bytes_max) return invalid(path + " is larger than 4 KiB");
    if (std::ranges::any_of(secret, control)) {
        return invalid(path + " holds more than one line or a control character");
    }
    return secret;
}

}  // namespace baton::config
