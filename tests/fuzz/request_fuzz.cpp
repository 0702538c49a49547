/// One libFuzzer target per part of an HTTP request that is read by our own
/// code, chosen at compile time by BATON_FUZZ_TARGET. Whatever the bytes,
/// reading answers; what was accepted keeps the promises of its header.

#include "api/http.hpp"
#include "api/orders.hpp"
#include "base/check.hpp"
#include "config/topology_json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace baton;

/// Everything but letters and digits escaped, as the strictest client would.
std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out;
}

[[maybe_unused]] void fuzz_target(std::string_view bytes) {
    api::Request request;
    if (!api::read_target(bytes, request)) return;
    BATON_CHECK(request.target == bytes);
    std::string again = escaped(request.path) + "?";
    for (const auto& [name, value] : request.query) {
        again += escaped(name) + "=" + escaped(value) + "&";
    }
    api::Request twice;
    BATON_CHECK(api::read_target(again, twice).has_value());
    BATON_CHECK(twice.path == request.path && twice.query == request.query);
}

/// A refusal is sent as JSON, whatever part of the body it quotes.
template <typename Value>
bool refused_well(const Result<Value>& read) {
    if (read) return false;
    BATON_CHECK(!read.error().message.empty());
    const api::Response answer = api::error_response(read.error());
    BATON_CHECK(answer.status >= 400 && nlohmann::json::accept(answer.body));
    return true;
}

[[maybe_unused]] void fuzz_order(std::string_view bytes) {
    const std::vector<std::string_view> members{"to",    "accept_loss", "dry_run",
                                                "epoch", "by",          "reason"};
    const auto order = api::read_order(bytes, members);
    if (refused_well(order)) return;
    BATON_CHECK(order.value().by.size() <= 256 && order.value().reason.size() <= 256);
    BATON_CHECK(api::read_optional_order(bytes, members).has_value());
}

[[maybe_unused]] void fuzz_declaration(std::string_view bytes) {
    if (refused_well(api::check_nesting(bytes))) return;
    const auto json = nlohmann::json::parse(bytes, nullptr, false);
    if (json.is_discarded()) return;
    const auto topology = config::read_topology(json);
    if (refused_well(topology)) return;
    const auto twice = config::read_topology(config::topology_json(topology.value()));
    BATON_CHECK(twice && twice.value() == topology.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    BATON_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
