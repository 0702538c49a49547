#pragma once

/// What all connections of one transport have in common. It outlives them.

#include "adapters/factories.hpp"
#include "adapters/net/greeting.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace baton::adapters::net {

struct Shared {
    RunningLoop& loop;
    boost::asio::io_context& context;
    TransportOptions options;
    const PeerCheck& check;
    /// Shared with the reader of the metric, which may outlive the transport.
    std::shared_ptr<std::uint64_t> frames_refused;
    Transport::Receive receive;
    Transport::Connectivity connectivity;
    /// An admitted peer has dialled us: it is there, and may be dialled at once.
    std::function<void(const NodeId& peer)> dialled_by;
    std::map<std::string, std::string> last_reasons;  ///< By whom; bounded by `reasons_kept`.

    [[nodiscard]] Greeting greeting(Lane lane) const;
    /// Counts a refusal and reports it, unless the same was reported last for
    /// the same peer: a retry every half second must not fill the history.
    void refused(const std::string& who, const std::string& event, const std::string& sentence);
    /// Connections that did not get through the gate, and why the newest did not.
    void turned_away(std::uint64_t count, const std::string& reason);
    /// The peer is fine again; its next refusal is news.
    void forgive(const std::string& who) { last_reasons.erase(who); }
};

/// Strangers can claim any number of names; only so many reasons are remembered.
inline constexpr std::size_t reasons_kept = 64;

/// Time for connecting and greeting, for either side.
inline constexpr Duration greeting_deadline = std::chrono::seconds{2};

}  // namespace baton::adapters::net
