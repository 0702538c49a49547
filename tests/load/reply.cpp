#include "reply.hpp"

#include <charconv>

namespace baton::load {
namespace {

constexpr int depth_max = 4;

/// Reads one reply after another from the front of what is left.
class Reader {
public:
    explicit Reader(std::string_view input) : input_(input) {}

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] bool broken() const { return broken_; }

    std::optional<Reply> reply(int depth) {
        const auto head = line();
        if (!head) return std::nullopt;
        if (head->empty() || depth > depth_max) return fail();
        const auto rest = head->substr(1);
        switch (head->front()) {
            case '+': return Reply{Reply::Kind::status, std::string{rest}, 0, {}};
            case '-': return Reply{Reply::Kind::error, std::string{rest}, 0, {}};
            case ':': return integer(rest);
            case '$': return bulk(rest);
            case '*': return array(rest, depth);
            default: return fail();
        }
    }

private:
    std::optional<std::string_view> line() {
        const auto end = input_.find("\r\n", position_);
        if (end == std::string_view::npos) return std::nullopt;
        const auto found = input_.substr(position_, end - position_);
        position_ = end + 2;
        return found;
    }

    std::optional<Reply> fail() {
        broken_ = true;
        return std::nullopt;
    }

    std::optional<std::int64_t> number(std::string_view text) {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        broken_ = error != std::errc{} || end != text.data() + text.size();
        return broken_ ? std::nullopt : std::optional{value};
    }

    std::optional<Reply> integer(std::string_view text) {
        const auto value = number(text);
        if (!value) return std::nullopt;
        return Reply{Reply::Kind::integer, {}, *value, {}};
    }

    std::optional<Reply> bulk(std::string_view text) {
        const auto length = number(text);
        if (!length) return std::nullopt;
        if (*length < 0) return Reply{};
        const auto size = static_cast<std::size_t>(*length);
        if (input_.size() - position_ < size + 2) return std::nullopt;
        Reply found{Reply::Kind::bulk, std::string{input_.substr(position_, size)}, 0, {}};
        position_ += size + 2;
        return found;
    }

    std::optional<Reply> array(std::string_view text, int depth) {
        const auto length = number(text);
        if (!length) return std::nullopt;
        if (*length < 0) return Reply{};
        Reply found{Reply::Kind::array, {}, 0, {}};
        for (std::int64_t item = 0; item < *length; ++item) {
            auto next = reply(depth + 1);
            if (!next) return std::nullopt;
            found.items.push_back(std::move(*next));
        }
        return found;
    }

    std::string_view input_;
    std::size_t position_ = 0;
    bool broken_ = false;
};

}  // namespace

std::string command(const std::vector<std::string>& words) {
    std::string text = "*" + std::to_string(words.size()) + "\r\n";
    for (const auto& word : words) {
        text += "$" + std::to_string(word.size()) + "\r\n";
        text += word + "\r\n";
    }
    return text;
}

std::optional<Parsed> parse(std::string_view input, bool& broken) {
    Reader reader{input};
    auto reply = reader.reply(0);
    broken = reader.broken();
    if (!reply) return std::nullopt;
    return Parsed{std::move(*reply), reader.position()};
}

}  // namespace baton::load
