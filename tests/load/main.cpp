// Writes through a front door, or through Sentinel, and says which writes were
// acknowledged, for how long none was, and which acknowledged ones are gone.

#include "run.hpp"

#include <cstdio>
#include <random>

#include <fmt/format.h>

namespace {

using namespace baton::load;

int judge_log(const Settings& settings) {
    const auto question = read_log(settings.log_path);
    if (!question) {
        std::fprintf(stderr, "baton_load: %s is not a log of this program\n",
                     settings.log_path.c_str());
        return 2;
    }
    const auto verdict = verify(settings, *question, Clock::now() + std::chrono::minutes{5});
    std::puts(to_json(verdict).c_str());
    if (!verdict.error.empty()) return 2;
    return verdict.lost == 0 ? 0 : 1;
}

/// Distinguishes the keys of runs that share a server.
std::string new_run_name() {
    std::random_device entropy;
    return fmt::format("{:08x}", entropy());
}

}  // namespace

int main(int count, char** arguments) {
    auto settings = read_settings(count, arguments);
    if (!settings) return 2;
    if (settings->verify) return judge_log(*settings);
    return Run{std::move(*settings), new_run_name()}.loop();
}
