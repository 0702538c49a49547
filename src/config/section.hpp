#pragma once

/// A YAML mapping read strictly: every key that is asked for is checked for
/// its type and range, every key that nobody asked for is an error. A value
/// that is absent or wrong leaves its target untouched.

#include "base/time.hpp"
#include "config/report.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::config {

class Section {
public:
    /// `path` is the key under which the mapping stands, empty at the top.
    Section(Report& report, std::string file, const YAML::Node& node, std::string path);

    [[nodiscard]] bool has(const std::string& key) const { return entries_.contains(key); }
    /// The full key, as messages name it.
    [[nodiscard]] std::string key(const std::string& key) const;
    /// The key under which the whole mapping stands.
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& file() const { return file_; }

    /// Reports the key as missing unless it is there.
    void require(const std::string& key);

    void text(const std::string& key, std::string& into);
    /// A name of something: letters, digits, '.', '_', '-', at most 63 of them;
    /// it ends up in file names, proxy configuration and metrics.
    void name(const std::string& key, std::string& into);
    /// A host name or address that other machines can connect to.
    void host(const std::string& key, std::string& into);
    /// A file or directory; relative ones are resolved against this file.
    void file_path(const std::string& key, std::string& into);
    void flag(const std::string& key, bool& into);
    void port(const std::string& key, std::uint16_t& into);
    void duration(const std::string& key, Duration& into, Duration low, Duration high);

    struct Whole {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
    };
    /// The whole number under `key`, if there is one within bounds.
    [[nodiscard]] std::optional<std::uint64_t> whole(const std::string& key, Whole bounds);
    struct Real {
        double low = 0;
        double high = 0;
    };
    void real(const std::string& key, double& into, Real bounds);

    /// A list of scalars.
    void texts(const std::string& key, std::vector<std::string>& into);
    /// The mapping under `key`, if there is one.
    [[nodiscard]] std::optional<Section> section(const std::string& key);
    /// Calls back for every mapping of the list under `key`.
    void each(const std::string& key, const std::function<void(Section&)>& read);

    /// Reports every key that was never asked for. Call it last.
    void finish();

    void problem(const std::string& key, const std::string& message);

private:
    [[nodiscard]] std::optional<std::string> scalar(const std::string& key,
                                                    std::string_view wanted);
    const YAML::Node* find(const std::string& key);

    Report& report_;
    std::string file_;
    std::string path_;
    std::map<std::string, YAML::Node> entries_;
    std::vector<std::string> asked_;  ///< In order of asking, for suggestions.
};

}  // namespace baton::config
