#include "adapters/redis/redis_errors.hpp"

#include <array>

namespace baton::redis {

namespace {

struct Meaning {
    std::string_view prefix;
    ErrorKind kind;
    std::string_view advice;  ///< Empty: it is about the password.
};

constexpr std::array meanings{
    Meaning{"NOAUTH", ErrorKind::refused, {}},
    Meaning{"WRONGPASS", ErrorKind::refused, {}},
    Meaning{"ERR invalid password", ErrorKind::refused, {}},
    Meaning{"NOPERM", ErrorKind::refused,
            "its user lacks a permission; give the default user back what it lacks (ACL SETUSER)"},
    Meaning{"DENIED", ErrorKind::refused, "protected mode is on; set password_file for the group"},
    Meaning{"LOADING", ErrorKind::unavailable, "it is loading its data set"},
    Meaning{"BUSY", ErrorKind::unavailable,
            "a script runs for too long; SCRIPT KILL ends one that has not written yet"},
    Meaning{"MASTERDOWN", ErrorKind::unavailable, "it has no link to its primary"},
    Meaning{"NOMASTERLINK", ErrorKind::unavailable, "it has no link to its primary"},
    Meaning{"TRYAGAIN", ErrorKind::unavailable, "it asks to try again"},
    Meaning{"READONLY", ErrorKind::refused, "it is a standby and refuses writes"},
    Meaning{"MISCONF", ErrorKind::refused,
            "it cannot save its data set and refuses writes; check the disk of its data directory"},
    Meaning{"NOREPLICAS", ErrorKind::refused,
            "fewer standbys are attached than a write needs (min-replicas-to-write); bring "
            "them back"},
};

std::string password_message(const Target& target) {
    if (target.password_file.empty()) {
        return "it demands a password and the group has none; set password_file in the cluster "
               "file";
    }
    return "wrong password; check that " + target.password_file +
           " is the same on every node and holds this server's requirepass";
}

}  // namespace

std::string text_of(const cluster::Endpoint& endpoint) {
    const bool six = endpoint.host.find(':') != std::string::npos;
    return (six ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

std::string describe(const Target& target) {
    const std::string whom =
        target.instance ? "instance " + target.instance.text : std::string("the server");
    return whom + " of group " + target.group.text + " at " + text_of(target.endpoint);
}

Error classify(std::string_view reply, const Target& target) {
    if (reply.find("called without any password configured") != std::string_view::npos) {
        return refused(describe(target) + ": it has no password, but password_file " +
                       target.password_file +
                       " is set; restart it with the generated configuration or unset the file");
    }
    for (const Meaning& meaning : meanings) {
        if (!reply.starts_with(meaning.prefix)) continue;
        const std::string advice =
            meaning.advice.empty() ? password_message(target) : std::string(meaning.advice);
        return {meaning.kind, describe(target) + ": " + advice};
    }
    return refused(describe(target) + ": unexpected answer: " + std::string(reply.substr(0, 200)));
}

}  // namespace baton::redis
