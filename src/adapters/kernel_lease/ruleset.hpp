#pragma once

/// What the kernel is told: rules as text of nft(8), and changes of elements. Pure:
/// knows neither clock nor kernel. Two sets hold each port with a timeout of their
/// own, because a timeout counts from the moment the kernel hears of it: a call that
/// was held up would grant too much. A packet passes only while both sets hold its
/// port, and they are renewed one after the other, so at most one of them can be wrong.

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace baton::kernel_lease {

enum class Half { first, second };

struct Grant {
    std::uint16_t port = 0;
    std::chrono::milliseconds timeout{0};
};

/// Of one element of a set. To add what is there changes nothing, to remove what is
/// not there is an error.
struct Change {
    enum class Verb { add, remove };
    Verb verb = Verb::add;
    std::string_view set;
    std::uint16_t port = 0;
    std::chrono::milliseconds timeout{0};  ///< Of an element that is added; 0: none.

    friend bool operator==(const Change&, const Change&) = default;
};

class Ruleset {
public:
    /// `name` of the table; `host` narrows it to one address if it is one.
    Ruleset(std::string name, const std::string& host);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// Makes the table, or makes its rules anew; what its sets hold stays.
    [[nodiscard]] std::string setup() const;
    [[nodiscard]] std::string removal() const;
    [[nodiscard]] std::string listing(std::string_view set) const;
    /// Replaces the ports' elements in one half, with the second one guards them;
    /// those in `withdrawn` go from the other half. One transaction.
    [[nodiscard]] static std::vector<Change> grant(Half half, std::span<const Grant> grants,
                                                   std::span<const std::uint16_t> withdrawn);
    [[nodiscard]] static std::vector<Change> release(std::span<const std::uint16_t> ports);

private:
    std::string name_;
    std::string to_us_;  ///< The part of a rule that says whose packets it is about.
    std::string from_us_;
};

/// The name of a node's table; the directory makes it unique on the machine.
[[nodiscard]] std::string table_name(const std::string& cluster, const std::string& node,
                                     const std::string& directory);

[[nodiscard]] std::string_view set_of(Half half);
[[nodiscard]] constexpr Half other(Half half) {
    return half == Half::first ? Half::second : Half::first;
}

}  // namespace baton::kernel_lease
