#include "settings.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <getopt.h>

namespace baton::load {
namespace {

constexpr const char* usage =
    "baton_load --front HOST:PORT[,...] [options]          writes until told to stop\n"
    "baton_load --front HOST:PORT[,...] --verify --log F   looks for lost writes of a log\n"
    "\n"
    "  --sentinel HOST:PORT,...  ask Redis Sentinel for the primary, instead of --front\n"
    "  --master NAME             the name Sentinel knows the service by\n"
    "  --connections N (4)       each with one write in flight\n"
    "  --rate N (1000)           writes per second over all connections\n"
    "  --wait K (1)              replicas that must confirm a write; 0 asks for none\n"
    "  --timeout-ms N (200)      for an answer or a connection; the write is then unknown\n"
    "  --gap-ms N (20)           longer gaps are reported while they happen\n"
    "  --duration SECONDS        otherwise until a signal or the end of standard input\n"
    "  --log FILE                every write with its outcome and instant\n"
    "  --password-file FILE\n"
    "\n"
    "Standard input: 'mark NAME', 'report', 'verify', 'verify drop', 'quit'; one JSON line answers "
    "each.\n";

enum Option : int {
    front = 1000,
    sentinel,
    master,
    connections,
    rate,
    wait,
    timeout,
    gap,
    duration,
    log,
    password,
    verify,
    help
};

constexpr option options[] = {
    {"front", required_argument, nullptr, front},
    {"sentinel", required_argument, nullptr, sentinel},
    {"master", required_argument, nullptr, master},
    {"connections", required_argument, nullptr, connections},
    {"rate", required_argument, nullptr, rate},
    {"wait", required_argument, nullptr, wait},
    {"timeout-ms", required_argument, nullptr, timeout},
    {"gap-ms", required_argument, nullptr, gap},
    {"duration", required_argument, nullptr, duration},
    {"log", required_argument, nullptr, log},
    {"password-file", required_argument, nullptr, password},
    {"verify", no_argument, nullptr, verify},
    {"help", no_argument, nullptr, help},
    {nullptr, 0, nullptr, 0},
};

/// Reads one argument after another into a Settings.
class Reading {
public:
    bool apply(int chosen, const char* value) {
        switch (chosen) {
            case front: return endpoints(value, settings.fronts);
            case sentinel: return endpoints(value, settings.sentinels);
            case master: settings.service = value; return true;
            case connections:
                return number(value, 1, 1000, [&](double n) {
                    settings.connections = static_cast<std::size_t>(n);
                });
            case rate: return number(value, 0.1, 1e6, [&](double n) { settings.rate = n; });
            case wait:
                return number(value, 0, 100, [&](double n) {
                    settings.confirmations = static_cast<std::int64_t>(n);
                });
            case timeout: return span(value, 1e6, settings.timeout);
            case gap: return span(value, 1e6, settings.gap_reported);
            case duration: return span(value, 1e9, settings.duration.emplace());
            case log: settings.log_path = value; return true;
            case password: return password_from(value);
            case verify: settings.verify = true; return true;
            default: std::fputs(usage, stderr); return false;
        }
    }

    bool finish() {
        if (settings.fronts.empty() == settings.sentinels.empty()) {
            return refuse("exactly one of --front and --sentinel is needed");
        }
        if (!settings.sentinels.empty() && settings.service.empty()) {
            return refuse("--sentinel needs --master NAME");
        }
        if (!settings.sentinels.empty()) settings.retry = std::chrono::milliseconds{5};
        if (settings.verify && settings.log_path.empty())
            return refuse("--verify needs --log FILE");
        return true;
    }

    Settings settings;

private:
    bool refuse(const std::string& why) {
        std::fprintf(stderr, "baton_load: %s; see --help\n", why.c_str());
        return false;
    }

    bool endpoints(const char* value, std::vector<Endpoint>& into) {
        into = resolve_all(value);
        return !into.empty() ||
               refuse(std::string{"not a list of HOST:PORT that resolve: "} + value);
    }

    template <class Store>
    bool number(const char* value, double least, double most, Store store) {
        double read = 0;
        const auto* end = value + std::strlen(value);
        const auto result = std::from_chars(value, end, read);
        if (result.ec != std::errc{} || result.ptr != end || read < least || read > most) {
            return refuse(std::string{"not a number in its range: "} + value);
        }
        store(read);
        return true;
    }

    bool span(const char* value, double nanoseconds_per_unit, Duration& into) {
        return number(value, 0, 1e6, [&](double n) {
            into = Duration{static_cast<std::int64_t>(n * nanoseconds_per_unit)};
        });
    }

    bool password_from(const char* path) {
        std::ifstream file{path};
        if (!std::getline(file, settings.password) || settings.password.empty()) {
            return refuse(std::string{"no password on the first line of "} + path);
        }
        return true;
    }
};

}  // namespace

std::optional<Settings> read_settings(int count, char** arguments) {
    Reading reading;
    for (int chosen; (chosen = getopt_long(count, arguments, "", options, nullptr)) != -1;) {
        if (!reading.apply(chosen, optarg)) return std::nullopt;
    }
    if (optind < count) {
        std::fprintf(stderr, "baton_load: unexpected argument '%s'; see --help\n",
                     arguments[optind]);
        return std::nullopt;
    }
    if (!reading.finish()) return std::nullopt;
    return std::move(reading.settings);
}

}  // namespace baton::load
