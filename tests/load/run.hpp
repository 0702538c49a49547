#pragma once

/// The loop of the load client: writers, the probe, and the orders that arrive
/// on standard input. Every answer and every gap is one line of JSON on
/// standard output.

#include "announcer.hpp"
#include "client.hpp"
#include "history.hpp"
#include "probe.hpp"
#include "settings.hpp"
#include "verify.hpp"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>

namespace baton::load {

/// One line of JSON each.
[[nodiscard]] std::string to_json(const Window& window, Instant now, Duration late);
[[nodiscard]] std::string to_json(const Verdict& verdict);

class Run {
public:
    Run(Settings settings, std::string run);

    /// Until the end of its duration, `quit`, SIGINT or SIGTERM. The exit code.
    [[nodiscard]] int loop();

private:
    [[nodiscard]] Instant next_due(Instant now) const;
    void wait(Instant now);
    void advance(Instant now);
    void watch_gap(Instant now);
    void serve_input(Instant now);
    void obey(const std::string& order, Instant now);
    void begin_verification(bool drop);
    void finish_verification();
    [[nodiscard]] std::uint64_t settled_keys() const;
    void report(Instant now);

    Settings settings_;
    Instant began_;
    History history_;
    Probe probe_;
    std::vector<std::unique_ptr<Client>> clients_;
    Announcer announcer_;
    std::future<Verdict> verification_;  ///< Valid while one runs.
    std::string input_;
    bool input_open_ = true;
    bool over_ = false;
    bool in_gap_ = false;
    Instant gap_began_;
};

}  // namespace baton::load
