#pragma once

/// Surroundings of a command line without a process: streams are strings,
/// time moves only while somebody waits.

#include "cli/programs.hpp"
#include "cli/surroundings.hpp"

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace baton::test {

class Stage {
public:
    /// Runs `words`; what was said before is forgotten.
    int run(const std::vector<std::string>& words) {
        out_.str("");
        err_.str("");
        std::istringstream in{input};
        cli::Surroundings around{
            .out = out_,
            .err = err_,
            .in = in,
            .out_is_terminal = terminal,
            .in_is_terminal = terminal,
            .err_is_terminal = terminal,
            .environment = [this](const std::string& name) { return environment[name]; },
            .pause =
                [this](Duration by) {
                    now_ = now_ + by;
                    return pauses_left < 0 || --pauses_left >= 0;
                },
            .interrupted = [] { return false; },
            .release_interrupts = [] {},
            .now = [this] { return now_; },
            .wall_milliseconds = [] { return std::int64_t{1'700'000'000'000}; },
            .user = "ann@desk",
        };
        return cli::run(words, around, programs);
    }
    [[nodiscard]] std::string out() const { return out_.str(); }
    [[nodiscard]] std::string err() const { return err_.str(); }

    std::string input;
    bool terminal = false;
    int pauses_left = -1;  ///< Waits before an interrupt; negative: no interrupt.
    std::map<std::string, std::string> environment;
    cli::Programs programs;

private:
    std::ostringstream out_;
    std::ostringstream err_;
    Instant now_{std::chrono::seconds{1000}};
};

}  // namespace baton::test
