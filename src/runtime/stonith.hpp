#pragma once

/// Runs the operator's command that cuts a node off, on the node that leads. It
/// runs under the guard, one per node, is killed with all its descendants at its
/// timeout, and is repeated for as long as the wait for it lasts. Only code 0
/// counts: whatever else happens, nothing is known of the node.

#include "base/event.hpp"
#include "base/ids.hpp"
#include "core/cluster/settings.hpp"
#include "ports/guard.hpp"
#include "ports/loop.hpp"
#include "runtime/view.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::runtime {

class Stonith {
public:
    using Emit = std::function<void(Event)>;
    /// The node is off, by a command that was begun when `after` was applied.
    using CutOff = std::function<void(const NodeId& node, LogIndex after)>;

    /// `directory` is the command's working directory and holds what it prints.
    Stonith(NodeId self, Loop& loop, Guard& guard, std::string directory, CutOff cut_off,
            Emit emit);
    ~Stonith();
    Stonith(const Stonith&) = delete;
    Stonith& operator=(const Stonith&) = delete;

    /// Begins what `view` waits for and what is not under way.
    void look(const MemberView& view);
    /// An earlier agent's command still runs: it is ended, and what it did is not known.
    void adopt(const NodeId& node);
    /// Nothing of the command for `node` is left.
    void gone(const NodeId& node);

    /// Whose command the guard knows under that name; nothing for anything else. No
    /// instance can have such a name.
    [[nodiscard]] static std::optional<NodeId> node_of(std::string_view name);

private:
    struct Run {
        cluster::FencingCommand command;
        LogIndex after;         ///< Applied when it was begun.
        bool busy = false;      ///< Something of it may be left.
        bool begun = false;     ///< The guard said so.
        std::string discarded;  ///< Why it does not count, whatever it answers; empty: it does.
        Instant next;           ///< Not begun again before.
        TimerId timer = 0;
    };
    void begin(const NodeId& node, Run& run, const MemberView& view);
    void launched(const NodeId& node, const Result<Supervised>& result);
    void overdue(const NodeId& node);
    void ask_whether_it_began(const NodeId& node);
    void end(const NodeId& node, Run& run);
    void watch(const NodeId& node, Run& run);
    void rest(Run& run);
    void say(Severity severity, const std::string& name, const NodeId& node,
             const std::string& what);
    [[nodiscard]] std::string log_file(const NodeId& node) const;

    NodeId self_;
    Loop& loop_;
    Guard& guard_;
    std::string directory_;
    CutOff cut_off_;
    Emit emit_;
    std::map<NodeId, Run> runs_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
