#pragma once

/// Tells the operator's program of one group that the role of this node's
/// instance has changed. It comes after the change and has no say in it: it runs
/// under the guard, on no loop of the agent, one at a time, and is killed with
/// all its descendants at its timeout. Of several changes that wait, the newest
/// is told. A new agent tells the present role once more.

#include "base/event.hpp"
#include "base/ids.hpp"
#include "core/cluster/topology.hpp"
#include "ports/guard.hpp"
#include "ports/loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::runtime {

/// What the program is told, in its environment.
struct Role {
    bool primary = false;
    Epoch epoch;  ///< In force when it was seen.

    /// A standby stays a standby, whoever it follows.
    [[nodiscard]] bool same_as(const Role& other) const {
        return primary == other.primary && (!primary || epoch == other.epoch);
    }
};

class HookLoop {
public:
    using Emit = std::function<void(Event)>;

    struct Place {
        GroupId group;
        NodeId node;
        std::string directory;  ///< The program's working directory; holds its output.
    };

    HookLoop(Loop& loop, Guard& guard, Place place, Emit emit);
    ~HookLoop();
    HookLoop(const HookLoop&) = delete;
    HookLoop& operator=(const HookLoop&) = delete;

    /// What is declared now, and the role that was seen.
    struct Sight {
        const std::string& cluster;  ///< Its name.
        const cluster::Group& group;
        const InstanceId& instance;
        Role role;
    };
    void look(const Sight& sight);
    /// An earlier agent's program still runs: it is ended, and told again.
    void adopt();
    /// Nothing of the program is left.
    void gone();

    /// Whose hook the guard knows under that name; nothing for anything else. No
    /// instance can have such a name.
    [[nodiscard]] static std::optional<GroupId> group_of(std::string_view name);

private:
    void run();
    void launched(const Result<Supervised>& result);
    void overdue();
    void ask_whether_it_began();
    void say(Severity severity, const std::string& name, const std::string& what);
    [[nodiscard]] Launch launch() const;
    [[nodiscard]] std::string name() const;

    Loop& loop_;
    Guard& guard_;
    Place place_;
    Emit emit_;
    std::string cluster_;
    cluster::Group group_;
    InstanceId instance_;
    std::optional<Role> told_;     ///< Last told, or being told.
    std::optional<Role> waiting_;  ///< The newest that was not.
    bool busy_ = false;            ///< Something of a program may be left.
    bool begun_ = false;           ///< The guard said so.
    bool killed_ = false;
    std::uint64_t runs_ = 0;  ///< Tells a late answer about an earlier one.
    TimerId timer_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
