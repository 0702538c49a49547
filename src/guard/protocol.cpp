#include "guard/protocol.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace baton::guard {

namespace {

/// Hands out the zero-terminated strings of a text, one after the other.
class Strings {
public:
    explicit Strings(std::span<const char> text) : rest_(text) {}

    /// nullptr when no complete string is left.
    const char* next() {
        const auto* end = rest_.empty() ? nullptr : std::memchr(rest_.data(), '\0', rest_.size());
        if (end == nullptr) return nullptr;
        const char* string = rest_.data();
        rest_ = rest_.subspan(std::strlen(string) + 1);
        return string;
    }
    [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
    std::span<const char> rest_;
};

bool absolute(const char* path) {
    return path != nullptr && path[0] == '/';
}

const char* read_program(const Order& order, Strings strings, Program& program) {
    program.directory = strings.next();
    program.user = strings.next();
    program.log_file = strings.next();
    for (std::size_t at = 0; at < order.arguments; ++at) program.arguments[at] = strings.next();
    std::size_t variable = 0;
    program.variables[variable++] =
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    program.variables[variable++] = "LANG=C.UTF-8";
    const char* last = "";
    for (std::size_t at = 0; at < order.variables; ++at) {
        last = program.variables[variable++] = strings.next();
        if (last == nullptr || std::strchr(last, '=') == nullptr) {
            return "an environment variable is not of the form KEY=value";
        }
    }
    if (program.arguments[order.arguments - 1] == nullptr || !strings.empty()) {
        return "the texts do not match their counts";
    }
    if (!absolute(program.arguments[0])) return "the program's path is not absolute";
    if (!absolute(program.directory)) return "the directory's path is not absolute";
    if (!absolute(program.log_file)) return "the log file's path is not absolute";
    return nullptr;
}

const char* check_launch(const Order& order, std::span<const char> text) {
    if (order.arguments == 0) return "there is no program to start";
    if (order.arguments > arguments_max) return "more than 128 arguments";
    if (order.variables > variables_max) return "more than 64 environment variables";
    if (order.text_bytes > text_bytes_max) return "more than 32768 bytes of text";
    if (order.text_bytes != text.size()) return "the text is shorter or longer than announced";
    return nullptr;
}

const char* check_name(const Order& order) {
    const std::string_view name = text_of(order.name);
    if (name.empty()) return "the server has no name";
    if (name.size() == name_bytes) return "the server's name is longer than 63 bytes";
    const bool printable =
        std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
    return printable ? nullptr : "the server's name has characters that do not print";
}

}  // namespace

const char* read_order(std::span<const char> datagram, Order& order, Program& program) {
    if (datagram.size() < sizeof(Header)) return "the message is shorter than its header";
    std::memcpy(&order.header, datagram.data(), sizeof(Header));
    if (order.header.version != format_version) return "the message is of another version";
    if (datagram.size() < sizeof(Order)) return "the message is too short";
    std::memcpy(&order, datagram.data(), sizeof(Order));
    const auto text = datagram.subspan(sizeof(Order));
    const Kind kind = order.header.kind;
    if (kind == Kind::launch) {
        const char* problem = check_name(order);
        if (problem == nullptr) problem = check_launch(order, text);
        return problem != nullptr ? problem : read_program(order, Strings{text}, program);
    }
    if (!text.empty()) return "the message has text where none belongs";
    if (kind == Kind::kill || kind == Kind::stop) return check_name(order);
    return kind == Kind::wake || kind == Kind::list ? nullptr : "the message is of unknown kind";
}

bool read_answer(std::span<const char> datagram, Answer& answer) {
    constexpr std::size_t least = sizeof(Answer) - servers_max * sizeof(Entry);
    if (datagram.size() < least || datagram.size() > sizeof(Answer)) return false;
    answer = Answer{};
    std::memcpy(&answer, datagram.data(), datagram.size());
    return answer.header.version == format_version && answer.entries <= servers_max &&
           answer.bytes() == datagram.size();
}

}  // namespace baton::guard
