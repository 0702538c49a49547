#pragma once

/// The agents a command may ask, and how to ask them: any that answers will do
/// for reading, the leader for changing, and silence is reported as silence.

#include "cli/answer.hpp"
#include "cli/http.hpp"
#include "cli/parser.hpp"
#include "cli/surroundings.hpp"

#include <string>
#include <vector>

namespace baton::cli {

struct Agent {
    std::string name;  ///< Empty when only the address is known.
    cluster::Endpoint api;
};

/// Where the addresses came from, for messages.
struct Located {
    std::vector<Agent> agents;
    std::string source;               ///< "--api", "baton.yaml", ...
    std::string token_file;           ///< Empty: none.
    std::string ca_file;              ///< Of the agents' TLS; empty: plain HTTP.
    std::string config_path;          ///< Cluster file, if one was read.
    std::vector<std::string> groups;  ///< Names the source declares, for completion.
};

/// --api, --config or --dir; else BATON_API, BATON_CONFIG; else ./baton.yaml,
/// /etc/baton/baton.yaml, ./playground.json. The first that is there counts.
[[nodiscard]] Outcome<Located> locate(const Invocation& invocation,
                                      const Surroundings& surroundings);

class Agents {
public:
    Agents(Located located, std::string token, Duration timeout, const Surroundings& surroundings);

    /// The cluster as one agent sees it (/v1/cluster); an agent with quorum is
    /// preferred, and asked from then on.
    [[nodiscard]] Outcome<Json> cluster();
    /// From any agent, the last that answered first.
    [[nodiscard]] Outcome<Json> get(const std::string& target);
    /// From one node alone. Fails with ExitCode::unknown if it does not answer.
    [[nodiscard]] Outcome<Json> get_from(const Agent& agent, const std::string& target);
    /// Follows the agents' direction to the leader; while an election is under
    /// way, asks again for a few seconds. Once a leader got it, a missing answer
    /// is ExitCode::timed_out and nothing is sent again.
    [[nodiscard]] Outcome<Json> post(const std::string& target, const Json& body);

    /// To one node alone, whoever leads; otherwise as `post`.
    [[nodiscard]] Outcome<Json> post_to(const Agent& agent, const std::string& target,
                                        const Json& body);

    [[nodiscard]] const Located& located() const { return located_; }
    /// One line per agent that did not answer, of the last call.
    [[nodiscard]] const std::vector<std::string>& silent() const { return silent_; }

private:
    struct Reply {
        int status = 0;
        Json body;
    };
    [[nodiscard]] Outcome<Json> offer(const HttpRequest& request, bool& declined);
    [[nodiscard]] Result<Reply> ask(cluster::Endpoint agent, HttpRequest request, Duration limit);
    [[nodiscard]] static Reply leader_is_gone(const cluster::Endpoint& leader,
                                              const std::string& why);
    [[nodiscard]] Failure nobody() const;
    [[nodiscard]] Duration share() const;
    void note_silent(const Agent& agent, const std::string& why);

    Located located_;
    std::string token_;
    Duration timeout_;
    const Surroundings& surroundings_;
    std::vector<std::string> silent_;
};

}  // namespace baton::cli
