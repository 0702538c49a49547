#include "run.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace baton::load {
namespace {

constexpr auto verification_max = std::chrono::seconds{60};
constexpr auto pause_max = std::chrono::milliseconds{100};  // Between two looks at everything.

volatile std::sig_atomic_t told_to_stop = 0;

void note_signal(int) {
    told_to_stop = 1;
}

void say(const std::string& line) {
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);
}

/// A name from standard input, safe between the quotes of JSON.
std::string plain(const std::string& text) {
    std::string kept;
    for (const char each : text) {
        if (each >= ' ' && each != '"' && each != '\\') kept += each;
    }
    return kept;
}

timespec to_timespec(Duration duration) {
    const auto count = std::max<std::int64_t>(0, duration.count());
    return {static_cast<time_t>(count / 1'000'000'000), static_cast<long>(count % 1'000'000'000)};
}

}  // namespace

std::string to_json(const Window& window, Instant now, Duration late) {
    return fmt::format(
        R"({{"event":"report","window":"{}","seconds":{:.3f},"longest_gap_ms":{:.3f},"acknowledged":{},)"
        R"("failed":{},"unknown":{},"connections_reset":{},"connects_failed":{},"probe_late_ms":{:.3f}}})",
        plain(window.name), milliseconds(now - window.began) / 1000,
        milliseconds(window.longest_gap), window.acknowledged, window.failed, window.unknown,
        window.connections_reset, window.connects_failed, milliseconds(late));
}

std::string to_json(const Verdict& verdict) {
    std::string examples;
    for (const auto& key : verdict.examples)
        examples += fmt::format("{}\"{}\"", examples.empty() ? "" : ",", plain(key));
    auto line = fmt::format(R"({{"event":"verify","acknowledged":{},"lost":{},"examples":[{}])",
                            verdict.acknowledged, verdict.lost, examples);
    if (!verdict.error.empty()) line += fmt::format(R"(,"error":"{}")", plain(verdict.error));
    return line + "}";
}

Run::Run(Settings settings, std::string run)
    : settings_(std::move(settings)),
      began_(Clock::now()),
      history_(std::move(run), settings_.log_path, began_),
      announcer_(settings_, began_) {
    for (std::size_t number = 0; number < settings_.connections; ++number) {
        clients_.push_back(std::make_unique<Client>(settings_, history_, number, began_));
    }
}

int Run::loop() {
    if (!history_.usable()) {
        std::fprintf(stderr, "baton_load: cannot write %s\n", settings_.log_path.c_str());
        return 2;
    }
    struct sigaction action{};
    action.sa_handler = note_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    say(fmt::format(R"({{"event":"start","run":"{}"}})", history_.run()));
    while (!over_ && told_to_stop == 0) {
        const auto now = Clock::now();
        over_ = settings_.duration && now >= began_ + *settings_.duration;
        advance(now);
        finish_verification();
        wait(now);
    }
    if (verification_.valid()) say(to_json(verification_.get()));
    report(Clock::now());
    return 0;
}

void Run::advance(Instant now) {
    for (const auto& client : clients_) client->advance(now);
    announcer_.advance(now);
    watch_gap(now);
}

Instant Run::next_due(Instant now) const {
    auto due = now + pause_max;
    for (const auto& client : clients_) due = std::min(due, client->due());
    if (!in_gap_) due = std::min(due, history_.last_acknowledged() + settings_.gap_reported);
    return due;
}

void Run::wait(Instant now) {
    std::vector<pollfd> waiting;
    waiting.push_back({input_open_ ? STDIN_FILENO : -1, POLLIN, 0});
    waiting.push_back({announcer_.descriptor(), announcer_.events(), 0});
    for (const auto& client : clients_)
        waiting.push_back({client->descriptor(), client->events(), 0});
    const auto pause = to_timespec(next_due(now) - now);
    if (::ppoll(waiting.data(), waiting.size(), &pause, nullptr) <= 0) return;
    const auto woken = Clock::now();
    if (waiting[0].revents != 0) serve_input(woken);
    bool moved = false;
    if (waiting[1].revents != 0) moved = announcer_.serve(waiting[1].revents, woken);
    for (std::size_t number = 0; number < clients_.size(); ++number) {
        const auto events = waiting[number + 2].revents;
        if (events != 0) clients_[number]->serve(events, woken);
        if (moved) clients_[number]->relocate(woken);
    }
}

void Run::watch_gap(Instant now) {
    const auto last = history_.last_acknowledged();
    if (in_gap_ && last != gap_began_) {
        in_gap_ = false;
        say(fmt::format(R"({{"event":"outage_end","gap_ms":{:.3f}}})",
                        milliseconds(last - gap_began_)));
    }
    if (!in_gap_ && now - last > settings_.gap_reported) {
        in_gap_ = true;
        gap_began_ = last;
        say(fmt::format(R"({{"event":"outage_begin","silent_ms":{:.3f}}})",
                        milliseconds(now - last)));
    }
}

void Run::serve_input(Instant now) {
    std::array<char, 512> buffer;
    const auto bytes = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (bytes < 0 && errno == EINTR) return;
    if (bytes <= 0) {
        input_open_ = false;
        over_ = over_ || !settings_.duration;
        return;
    }
    input_.append(buffer.data(), static_cast<std::size_t>(bytes));
    for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
        obey(input_.substr(0, end), now);
        input_.erase(0, end + 1);
    }
}

void Run::obey(const std::string& order, Instant now) {
    if (order.starts_with("mark")) {
        history_.mark(order.size() > 5 ? order.substr(5) : "", now);
        probe_.restart();
        say(fmt::format(R"({{"event":"mark","window":"{}"}})", plain(history_.window(now).name)));
    } else if (order == "report") {
        report(now);
    } else if (order == "verify" || order == "verify drop") {
        begin_verification(order != "verify");
    } else if (order == "quit") {
        over_ = true;
    } else {
        say(fmt::format(R"({{"event":"refused","order":"{}"}})", plain(order)));
    }
}

void Run::begin_verification(bool drop) {
    if (verification_.valid())
        return say(R"({"event":"refused","order":"verify","why":"one is running"})");
    const auto end = settled_keys();
    Question question{history_.run(), history_.acknowledged_keys(end), drop};
    if (drop) history_.drop_below(end);
    verification_ = std::async(std::launch::async, [this, question = std::move(question)] {
        return verify(settings_, question, Clock::now() + verification_max);
    });
}

void Run::finish_verification() {
    if (!verification_.valid()) return;
    if (verification_.wait_for(std::chrono::seconds{0}) != std::future_status::ready) return;
    say(to_json(verification_.get()));
}

std::uint64_t Run::settled_keys() const {
    auto end = history_.next_key();
    for (const auto& client : clients_) end = std::min(end, client->outstanding().value_or(end));
    return end;
}

void Run::report(Instant now) {
    history_.flush();
    say(to_json(history_.window(now), now, probe_.longest()));
}

}  // namespace baton::load
