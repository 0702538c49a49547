#include "simulation/access_list.hpp"

#include <algorithm>

namespace baton::simulation {

using redis::RespValue;

void AccessList::start() {
    users_.clear();
    users_["default"] = true;
    for (const std::string& each : configured_) users_[each] = true;
}

bool AccessList::may_copy(const std::string& user) const {
    const auto found = users_.find(user);
    return found != users_.end() && found->second;
}

RespValue AccessList::run(const redis::Command& command) {
    const std::string& verb = command[1];
    if (verb == "USERS") {
        RespValue list;
        list.kind = RespValue::Kind::list;
        for (const auto& [name, may] : users_) {
            list.elements.push_back({RespValue::Kind::text, name, 0, {}});
        }
        return list;
    }
    if (verb == "DELUSER") {
        users_.erase(command[2]);
        return {RespValue::Kind::integer, {}, 1, {}};
    }
    const auto rule = [&](const char* text) { return std::ranges::count(command, text) > 0; };
    bool& may = users_[command[2]];
    if (rule("+psync")) may = true;
    if (rule("-psync")) may = false;
    return {RespValue::Kind::text, "OK", 0, {}};
}

}  // namespace baton::simulation
