#include "adapters/redis/standby_user.hpp"

#include "base/hex.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace baton::redis {

namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hash_of(std::string_view text) {
    Digest digest{};
    SHA256(bytes_of(text), text.size(), digest.data());
    return hex(digest);
}

bool is_standby_user(std::string_view name) {
    return name.starts_with(standby_user_prefix);
}

Command set_user(const std::string& name, std::vector<std::string> rules) {
    Command command{"ACL", "SETUSER", name};
    command.insert(command.end(), rules.begin(), rules.end());
    return command;
}

}  // namespace

StandbyUser standby_user(const GroupId& group, const InstanceId& instance,
                         const std::string& password) {
    const std::string purpose = "standby " + instance.text + " of group " + group.text;
    Digest digest{};
    HMAC(EVP_sha256(), password.data(), static_cast<int>(password.size()), bytes_of(purpose),
         purpose.size(), digest.data(), nullptr);
    return {std::string(standby_user_prefix) + instance.text, hex(digest)};
}

std::vector<std::string> standby_rules(const StandbyUser& user) {
    return {"on", "#" + hash_of(user.secret), "+psync", "+sync", "+replconf", "+ping"};
}

std::vector<Command> admit_commands(const std::vector<StandbyUser>& standbys, bool nobody_else,
                                    const std::vector<std::string>& users) {
    std::vector<Command> commands;
    for (const StandbyUser& each : standbys) {
        commands.push_back(set_user(each.name, standby_rules(each)));
    }
    for (const std::string& name : users) {
        const bool wanted = std::ranges::find(standbys, name, &StandbyUser::name) != standbys.end();
        if (wanted) continue;
        if (is_standby_user(name)) {
            commands.push_back({"ACL", "DELUSER", name});  // Its connections end with it.
        } else if (nobody_else) {
            commands.push_back(set_user(name, {"-psync", "-sync"}));
            commands.push_back({"CLIENT", "KILL", "TYPE", "replica", "USER", name});
        } else if (name == "default") {
            commands.push_back(set_user(name, {"+psync", "+sync"}));
        }
    }
    return commands;
}

}  // namespace baton::redis
