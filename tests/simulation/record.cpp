#include "simulation/record.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace baton::simulation {

namespace {

constexpr std::string_view seed_word = "seed=";

std::string gaps_in(const SeedResult& result) {
    std::string text;
    for (const Duration gap : result.gaps) {
        text += (text.empty() ? "" : ",") + std::to_string(whole_milliseconds(gap));
    }
    return text;
}

std::string judgements_in(const SeedResult& result) {
    std::string text;
    for (const auto& [property, count] : result.judgements) {
        text += (text.empty() ? "" : ",") + property + ":" + std::to_string(count);
    }
    return text;
}

}  // namespace

std::string record_line(const SeedOptions& options, const SeedResult& result) {
    std::ostringstream text;
    text << seed_word << options.seed << " theme=" << result.theme
         << " simulated=" << whole_milliseconds(result.simulated) << " events=" << result.events
         << " broken=" << (result.broken.empty() ? "" : property_of(result.broken))
         << " faults=" << result.struck.size() << " promotions=" << result.promotions
         << " switchovers=" << result.switchovers << " acknowledged=" << result.acknowledged
         << " lost=" << result.lost << " confirmed_lost=" << result.lost_confirmed
         << " losses_accepted=" << result.accepted_losses
         << " recovery=" << whole_milliseconds(result.recovery) << " gaps=" << gaps_in(result)
         << " judged=" << judgements_in(result);
    return text.str();
}

Result<Record> Record::open(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t whole = text.rfind('\n') + 1;  // 0 if there is no line.
    if (whole < text.size()) {
        std::error_code failed;
        std::filesystem::resize_file(path, whole, failed);
        if (failed) return unavailable("cannot shorten " + path + ": " + failed.message());
        text.resize(whole);
    }
    std::uint64_t next = 0;
    const std::size_t last = text.rfind(seed_word);
    if (last != std::string::npos) next = std::stoull(text.substr(last + seed_word.size())) + 1;
    return Record{path, next};
}

SeedRange Record::left_of(SeedRange wanted) const {
    return {.first = std::max(wanted.first, std::min(next_, wanted.end)), .end = wanted.end};
}

Result<void> Record::add(const SeedOptions& options, const SeedResult& result) {
    std::ofstream file(path_, std::ios::app);
    file << record_line(options, result) << '\n';
    if (!file.flush()) return unavailable("cannot write " + path_);
    next_ = options.seed + 1;
    return success();
}

}  // namespace baton::simulation
