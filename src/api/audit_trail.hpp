#pragma once

/// The record of changes: who asked for what, from where, when, why, and what
/// came of it. An answer to a change waits until it is recorded; attempts that
/// were refused are recorded too, so many a minute, so that nobody fills a disk.

#include "api/http.hpp"
#include "base/event.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "ports/audit_file.hpp"
#include "ports/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace baton::api {

/// Then the answer goes out without its record, and an event says so: in an
/// emergency a full disk must not keep an operator from acting.
inline constexpr Duration audit_patience = std::chrono::seconds{1};
inline constexpr std::size_t refusals_per_minute = 20;
/// A larger body or answer is recorded by its size alone.
inline constexpr std::size_t audit_part_bytes_max = 16 * 1024;

/// Who asks. Without tokens nobody is asked who they are.
struct Caller {
    std::string name;  ///< Of the token; empty: none was asked for, or none is known.
    std::string role;
};

class AuditTrail {
public:
    /// All three outlive it. `report` hears when recording fails.
    AuditTrail(AuditFile& file, Loop& loop, NodeId self,
               std::function<void(Event)> report);

    /// Stands between a route that changes something and its client. What
    /// changes nothing, a plan or a direction to the leader, is not recorded.
    /// The trail outlives the answer.
    [[nodiscard]] Respond recording(const Request& request, const Caller& caller, Respond respond);

    /// An attempt that did not get as far as a route.
    void refused(const Request& request, const Caller& caller, const Response& answer);
    /// Of all attempts since the start, recorded or not.
    [[nodiscard]] std::uint64_t refusals() const { return refusals_; }

    [[nodiscard]] AuditFile& file() { return file_; }

private:
    [[nodiscard]] nlohmann::ordered_json entry(const Request& request, const Caller& caller) const;
    [[nodiscard]] bool may_record_refusal();
    void complain(const std::string& why);

    AuditFile& file_;
    Loop& loop_;
    NodeId self_;
    std::function<void(Event)> report_;
    std::uint64_t refusals_ = 0;
    std::uint64_t unrecorded_ = 0;  ///< Refusals since the last recorded one.
    std::size_t left_ = refusals_per_minute;
    Instant minute_began_ = Instant::never();
    std::string complaint_;
};

}  // namespace baton::api
