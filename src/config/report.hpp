#pragma once

/// Every problem of a cluster file, with its place, so that the operator
/// mends all of them in one go instead of meeting them one start at a time.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace baton::config {

/// Where something stands. Lines count from 1; 0: the file as a whole.
struct Place {
    std::string file;
    int line = 0;
};

class Report {
public:
    /// More are counted, not kept: the first ones usually cause the rest.
    static constexpr std::size_t problems_max = 50;

    /// Remembers where `key` was given, for checks that come later.
    void remember(const std::string& key, Place place);
    /// Where `key`, or failing that the nearest thing around it, was given.
    [[nodiscard]] Place place_of(const std::string& key) const;

    void problem(const Place& place, const std::string& key, const std::string& message);
    /// A problem at the remembered place of `key`.
    void problem_at(const std::string& key, const std::string& message);
    void warning_at(const std::string& key, const std::string& message);

    [[nodiscard]] bool clean() const { return count_ == 0; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    /// All problems, one per line, under a heading that counts them.
    [[nodiscard]] std::string text(const std::string& path) const;

private:
    std::map<std::string, Place> places_;
    std::vector<std::string> problems_;
    std::vector<std::string> warnings_;
    std::size_t count_ = 0;
};

}  // namespace baton::config
