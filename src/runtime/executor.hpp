#pragma once

/// The working half of an agent: one loop per local server and one for the
/// node's front, fed with the member's view, reporting back through the link.

#include "base/event.hpp"
#include "ports/front.hpp"
#include "ports/guard.hpp"
#include "ports/loop.hpp"
#include "runtime/bridge.hpp"
#include "runtime/front_loop.hpp"
#include "runtime/hook_loop.hpp"
#include "runtime/instance_loop.hpp"
#include "runtime/pacer.hpp"
#include "runtime/stonith.hpp"
#include "runtime/view.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace baton::runtime {

class Executor {
public:
    using Emit = std::function<void(Event)>;

    /// `front` may be null on a node without front.
    Executor(NodeId self, Loop& loop, Guard& guard, MemberLink& member,
             std::vector<InstanceParts> instances, std::unique_ptr<Front> front, Emit emit);
    ~Executor();

    /// Learns from the guard what already runs, then starts its loops.
    void start();
    /// What is declared for this node has changed. Servers whose place is the
    /// same go on under their loops; others, and those that are not in
    /// `declared`, are stopped once they are no primary. `parts` may lack
    /// declared servers that cannot be managed: those are left as they are.
    void declare(std::vector<InstanceParts> parts, const std::set<std::string>& declared,
                 std::unique_ptr<Front> front);
    /// Programs of the operator are run, in this directory; without it none are.
    void keep_hooks(std::string directory);
    /// Throws the data of a standby away: it ends, and starts anew without. Errors:
    /// refused while it is open as a primary, invalid if it is not managed here.
    [[nodiscard]] Result<void> reinitialise(const InstanceId& instance);
    /// Asks these servers to end, unless one is open as a primary; their loops
    /// start them again.
    void restart(const std::set<InstanceId>& servers);
    /// The newest picture from the member.
    void directive(const MemberView& view);

private:
    void ask_guard();
    void adopt(const std::vector<Supervised>& found);
    void gone(const std::string& name);
    void add(InstanceParts parts);
    void begin_loop(InstanceLoop& instance);
    void stop_retired();
    void stop(const std::string& name, const std::string& why, Duration grace);
    [[nodiscard]] InstanceLoop* find(const std::string& name);
    void report_soon();
    void report();
    void tell_hooks();
    [[nodiscard]] HookLoop& hook_of(const GroupId& group);

    NodeId self_;
    Loop& loop_;
    Guard& guard_;
    MemberLink& member_;
    Emit emit_;
    std::vector<std::unique_ptr<InstanceLoop>> instances_;
    cluster::InstanceReports reported_;
    std::unique_ptr<FrontLoop> front_;
    std::string hook_directory_;
    std::map<GroupId, std::unique_ptr<HookLoop>> hooks_;
    std::unique_ptr<Stonith> stonith_;
    std::shared_ptr<const cluster::State> agreed_;  ///< Once it is no older than this agent.
    std::map<std::string, InstanceParts> successors_;  ///< Start when their namesake is gone.
    std::map<std::string, Supervised> found_;          ///< Left by an earlier agent, nobody's yet.
    std::set<std::string> declared_;                   ///< As last told.
    bool told_ = false;  ///< `declare` was called: what is not declared may be stopped.
    std::set<std::string> stopping_;
    MemberView first_view_;  ///< That came before the guard had said what runs.
    bool started_ = false;
    Pacer reports_;
    TimerId retry_timer_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
