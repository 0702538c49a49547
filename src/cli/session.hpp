#pragma once

/// One run of one command: what was asked, what is around, and the agents,
/// which are looked for only when a command needs them.

#include "cli/agents.hpp"
#include "cli/programs.hpp"

#include <memory>
#include <string>

namespace baton::cli {

class Session {
public:
    Session(const Invocation& asked, Surroundings& around, const Programs& available)
        : invocation(asked), surroundings(around), programs(available) {}

    /// Errors: usage (no cluster named, bad file or token file).
    [[nodiscard]] Outcome<Agents*> agents();
    /// The duration given with `option`, or `otherwise`.
    [[nodiscard]] Outcome<Duration> duration(const std::string& option, Duration otherwise) const;
    /// Says something that is not data.
    void tell(const std::string& line) const;

    const Invocation& invocation;
    Surroundings& surroundings;
    const Programs& programs;

private:
    std::unique_ptr<Agents> agents_;
};

/// Asks before something dangerous. Errors: usage when nobody can be asked and
/// --yes was not said, interrupted on anything but yes.
[[nodiscard]] Outcome<void> confirm(Session& session, const std::string& question);

/// The answer's remarks on an agent's view: that it has no quorum (then the
/// code says unknown), and which agents were silent.
void add_notes(Answer& answer, const Json& cluster, const Agents& agents);

/// The node called `name`. Errors: usage with the nearest name.
[[nodiscard]] Outcome<Json> find_node(const Json& cluster, const std::string& name);
[[nodiscard]] Outcome<Json> find_group(const Json& cluster, const std::string& name);

}  // namespace baton::cli
