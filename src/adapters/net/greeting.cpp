#include "adapters/net/greeting.hpp"

#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <algorithm>

namespace baton::adapters::net {

namespace {

constexpr std::string_view magic = "baton";

void append_text(std::string& out, std::string_view text) {
    const auto kept = text.substr(0, greeting_text_max);
    wire::append_u32(out, static_cast<std::uint32_t>(kept.size()));
    out += kept;
}

/// Reads from the front of `rest`; nothing when it is too short.
std::optional<std::uint32_t> take_u32(std::string_view& rest) {
    if (rest.size() < 4) return std::nullopt;
    const auto value = wire::read_u32(rest);
    rest.remove_prefix(4);
    return value;
}

std::optional<std::uint64_t> take_u64(std::string_view& rest) {
    if (rest.size() < 8) return std::nullopt;
    const auto value = wire::read_u64(rest);
    rest.remove_prefix(8);
    return value;
}

std::optional<std::string> take_text(std::string_view& rest) {
    const auto size = take_u32(rest);
    if (!size || *size > greeting_text_max || *size > rest.size()) return std::nullopt;
    std::string text{rest.substr(0, *size)};
    rest.remove_prefix(*size);
    return text;
}

struct Claim {
    NodeId from;
    std::optional<Incarnation> incarnation;
    std::optional<NodeId> to;
};

struct ClaimOf {
    Claim operator()(const raft::Message& message) const {
        return {message.from, std::nullopt, message.to};
    }
    Claim operator()(const lease::Heartbeat& message) const {
        return {message.from, message.incarnation, std::nullopt};
    }
    Claim operator()(const lease::HeartbeatAnswer& message) const {
        return {message.from, std::nullopt, std::nullopt};
    }
    Claim operator()(const cluster::NodeReport& message) const {
        return {message.node, message.incarnation, std::nullopt};
    }
    Claim operator()(const Formation& /*message*/) const { return {}; }
    Claim operator()(const Unformed& message) const {
        return {NodeId{}, message.incarnation, std::nullopt};
    }
};

}  // namespace

std::optional<Tag> tag_of(std::string_view payload) {
    if (payload.empty()) return std::nullopt;
    for (const Tag tag : {Tag::greeting, Tag::welcome, Tag::refusal, Tag::message}) {
        if (payload.front() == static_cast<char>(tag)) return tag;
    }
    return std::nullopt;
}

std::string encode_greeting(Tag tag, const Greeting& greeting) {
    std::string out(1, static_cast<char>(tag));
    out += magic;
    wire::append_u32(out, greeting.version);
    wire::append_u32(out, greeting.lane == Lane::urgent ? 0 : 1);
    wire::append_u64(out, greeting.incarnation.value);
    append_text(out, greeting.cluster.text);
    append_text(out, greeting.node.text);
    return out;
}

Result<Greeting> decode_greeting(std::string_view payload) {
    std::string_view rest = payload.substr(std::min<std::size_t>(1, payload.size()));
    if (!rest.starts_with(magic)) return invalid("this is not a greeting of a baton agent");
    rest.remove_prefix(magic.size());
    const auto version = take_u32(rest);
    if (!version) return invalid("the greeting is cut short");
    if (*version != wire_version) {
        return invalid("the peer speaks wire version " + std::to_string(*version) +
                       ", this agent speaks " + std::to_string(wire_version) +
                       ": run neighbouring releases of baton on all nodes");
    }
    const auto lane = take_u32(rest);
    const auto incarnation = take_u64(rest);
    auto cluster = take_text(rest);
    auto node = take_text(rest);
    if (!lane || *lane > 1 || !incarnation || !cluster || !node || !rest.empty()) {
        return invalid("the greeting is malformed");
    }
    if (node->empty()) return invalid("the greeting names no node");
    return Greeting{wire_version, *lane == 0 ? Lane::urgent : Lane::bulk, Incarnation{*incarnation},
                    ClusterId{std::move(*cluster)}, NodeId{std::move(*node)}};
}

std::string encode_refusal(std::string_view reason) {
    std::string out(1, static_cast<char>(Tag::refusal));
    out += reason.substr(0, greeting_text_max);
    return out;
}

std::string decode_refusal(std::string_view payload) {
    std::string text{payload.substr(std::min<std::size_t>(1, payload.size()), greeting_text_max)};
    std::replace_if(
        text.begin(), text.end(),
        [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; },
        '?');
    return text;
}

std::string encode_message(const PeerMessage& message) {
    std::string out(1, static_cast<char>(Tag::message));
    out += wire::encode(message);
    return out;
}

Result<void> check_sender(const PeerMessage& message, const Greeting& greeting,
                          const NodeId& self) {
    const Claim claim = std::visit(ClaimOf{}, message);
    if (claim.from && claim.from != greeting.node) {
        return invalid("node " + greeting.node.text + " sent a message in the name of node " +
                       claim.from.text);
    }
    if (claim.to && *claim.to != self) {
        return invalid("node " + greeting.node.text + " sent node " + self.text +
                       " a message meant for node " + claim.to->text);
    }
    if (claim.incarnation && *claim.incarnation != greeting.incarnation) {
        return invalid("node " + greeting.node.text +
                       " greeted with one incarnation and sent a message of another");
    }
    return success();
}

std::string_view name_of(Lane lane) {
    switch (lane) {
        case Lane::urgent: return "urgent";
        case Lane::bulk: return "bulk";
    }
    return "urgent";
}

}  // namespace baton::adapters::net
