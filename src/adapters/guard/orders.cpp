#include "adapters/guard/orders.hpp"

#include <cstring>
#include <utility>

namespace baton::adapters {

using guard::Kind;
using guard::Order;

namespace {

Result<Order> order_for(Kind kind, const std::string& name, std::uint32_t number) {
    if (name.size() >= guard::name_bytes) {
        return invalid("The server name '" + name + "' has " + std::to_string(name.size()) +
                       " bytes; at most 63 are possible. Shorten it.");
    }
    Order order;
    order.header.kind = kind;
    order.header.number = number;
    guard::put_text(order.name, name);
    return order;
}

void append(std::string& text, const std::string& string) {
    text.append(string);
    text.push_back('\0');
}

Result<void> check_counts(const Launch& launch, const std::string& text) {
    const auto too_many = [&](const char* what, std::size_t has, std::size_t most) {
        return invalid("Server '" + launch.name + "' has " + std::to_string(has) + " " + what +
                       "; at most " + std::to_string(most) + " are possible.");
    };
    if (launch.arguments.size() > guard::arguments_max) {
        return too_many("arguments", launch.arguments.size(), guard::arguments_max);
    }
    if (launch.environment.size() > guard::variables_max) {
        return too_many("environment variables", launch.environment.size(), guard::variables_max);
    }
    if (text.size() > guard::text_bytes_max) {
        return too_many("bytes of arguments and environment", text.size(), guard::text_bytes_max);
    }
    return success();
}

Datagram datagram_of(const Order& order, const std::string& text) {
    Datagram datagram(sizeof(Order) + text.size());
    std::memcpy(datagram.data(), &order, sizeof(Order));
    text.copy(datagram.data() + sizeof(Order), text.size());
    return datagram;
}

}  // namespace

Result<Datagram> launch_order(const Launch& launch, std::uint32_t number) {
    BATON_TRY(auto order, order_for(Kind::launch, launch.name, number));
    std::string text;
    append(text, launch.directory);
    append(text, launch.run_as);
    append(text, launch.log_file);
    for (const auto& argument : launch.arguments) append(text, argument);
    for (const auto& variable : launch.environment) append(text, variable);
    BATON_TRY(check_counts(launch, text));
    order.arguments = static_cast<std::uint32_t>(launch.arguments.size());
    order.variables = static_cast<std::uint32_t>(launch.environment.size());
    order.text_bytes = static_cast<std::uint32_t>(text.size());
    Datagram datagram = datagram_of(order, text);
    guard::Program program;
    const char* problem = guard::read_order(datagram, order, program);
    if (problem != nullptr) {
        return invalid("Server '" + launch.name + "' cannot be started: " + problem + ".");
    }
    return datagram;
}

Result<Datagram> plain_order(Kind kind, const std::string& name, Instant deadline,
                             std::uint32_t number) {
    BATON_TRY(auto order, order_for(kind, name, number));
    order.deadline = deadline.since_boot.count();
    return datagram_of(order, {});
}

Error error_of(const guard::Answer& answer, const std::string& what) {
    std::string message = what + ": " + std::string{guard::text_of(answer.text)} + ".";
    if (answer.status == guard::Status::invalid) return invalid(std::move(message));
    return unavailable(std::move(message));
}

}  // namespace baton::adapters
