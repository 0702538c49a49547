#include "cli/functions.hpp"
#include "cli/session.hpp"

#include <algorithm>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration role_change_wait = 30s;
constexpr Duration role_change_poll = 100ms;

/// What the operator wants done to which group, at which epoch.
struct Change {
    std::string verb;  ///< "switchover", "failover", "pause", "resume".
    std::string group;
    std::int64_t epoch = 0;
    std::int64_t entry = 0;  ///< Where the accepted request stands in the log; 0: not told.
    Json body;  ///< What is sent, without `dry_run`.
};

std::string path_of(const Change& change) {
    return "/v1/groups/" + escaped(change.group) + "/" + change.verb;
}

std::string amount(const Json& value, const std::string& unit) {
    return value.is_number() ? value.dump() + " " + unit : "unknown";
}

/// The plan in sentences, the price last.
std::vector<std::string> plan_lines(const Json& plan) {
    std::vector<std::string> lines{
        "plan: " + text_of(plan, "kind") + " of group " + text_of(plan, "group") + " at epoch " +
        cell(plan, "epoch") + ", " + cell(plan, "from") + " -> " +
        (text_of(plan, "to").empty() ? "the best candidate" : text_of(plan, "to"))};
    add_steps(lines, plan);
    const Json& pause = field(plan, "write_pause_ms");
    if (!pause.is_null()) {
        lines.push_back("  writes pause for about " + amount(field(pause, "expected"), "ms") +
                        ", at most " + amount(field(pause, "longest"), "ms"));
    }
    const Json& loss = field(plan, "loss");
    if (!loss.is_null()) {
        const std::string why = text_of(loss, "why");
        lines.push_back("  acknowledged writes lost: at most " +
                        amount(field(loss, "bytes_max"), "bytes") +
                        (why.empty() ? "" : "; " + why));
    }
    const std::string undo = text_of(plan, "undo");
    if (!undo.empty()) lines.push_back("  to undo: " + undo);
    return lines;
}

Outcome<void> check_flags(const Invocation& invocation) {
    if (invocation.has("force") && !invocation.has("reason")) {
        return usage("--force needs --reason TEXT; it is recorded with the decision");
    }
    if (invocation.has("dry-run") && invocation.has("force")) {
        return usage("--dry-run changes nothing, so there is nothing to --force");
    }
    return boost::outcome_v2::success();
}

Outcome<Change> describe(Session& session, const Json& group, const std::string& verb) {
    const Invocation& invocation = session.invocation;
    Change change{.verb = verb,
                  .group = text_of(group, "name"),
                  .epoch = number_of(group, "epoch"),
                  .body = Json{{"by", session.surroundings.user}}};
    if (invocation.has("reason")) change.body["reason"] = invocation.text("reason");
    if (verb == "pause" || verb == "resume") return change;
    change.body["epoch"] = change.epoch;
    if (invocation.has("to")) change.body["to"] = invocation.text("to");
    if (invocation.has("force")) change.body["accept_loss"] = true;
    return change;
}

std::string where_to_look(const Change& change) {
    return "; look with: baton group show " + change.group + ", baton why " + change.group;
}

/// What a look at the group says about a change that was begun.
enum class Progress { going_on, done, undone };

class Follow {
public:
    Follow(Session& session, Agents& agents, const Change& change)
        : session_(session), agents_(agents), change_(change) {}

    Outcome<Answer> until_done(Duration limit) {
        const Instant begun = session_.surroundings.now();
        for (;;) {
            const auto group = agents_.get("/v1/groups/" + escaped(change_.group));
            if (group) {
                tell_phase(group.value());
                const Progress progress = judge(group.value());
                if (progress == Progress::done) return finished(group.value(), begun);
                if (progress == Progress::undone) return undone(group.value());
            }
            if (session_.surroundings.now() - begun >= limit) return late(begun);
            if (!session_.surroundings.pause(role_change_poll)) {
                return Failure{ExitCode::interrupted, "no longer waiting; the " + change_.verb +
                                                          " goes on" + where_to_look(change_)};
            }
        }
    }

private:
    Progress judge(const Json& group) {
        const bool steady = text_of(group, "phase") == "steady";
        const bool pending = !field(group, "request").is_null();
        if (number_of(group, "epoch") > change_.epoch) {
            return steady ? Progress::done : Progress::going_on;
        }
        // An agent that has not applied the request yet knows nothing of it.
        if (number_of(field(group, "last_decision"), "index") < change_.entry) {
            return Progress::going_on;
        }
        // With neither a request nor another phase left, it has been taken back.
        return steady && !pending ? Progress::undone : Progress::going_on;
    }

    void tell_phase(const Json& group) {
        const std::string line = "phase " + cell(group, "phase") + ", epoch " +
                                 cell(group, "epoch") + ", primary " +
                                 cell(field(group, "primary"), "instance");
        if (line != last_line_) session_.tell(line);
        last_line_ = line;
    }

    Outcome<Answer> finished(const Json& group, Instant begun) {
        Answer answer;
        const Json& primary = field(group, "primary");
        const auto elapsed = whole_milliseconds(session_.surroundings.now() - begun);
        answer.summary = "group " + change_.group + ": primary is " + cell(primary, "instance") +
                         " on " + cell(primary, "node") + ", epoch " + cell(group, "epoch");
        answer.heading = {answer.summary};
        answer.notes = {"done after " + std::to_string(elapsed) + " ms"};
        answer.data = group;
        const std::string wanted = session_.invocation.text("to");
        if (!wanted.empty() && text_of(primary, "instance") != wanted &&
            text_of(primary, "node") != wanted) {
            answer.code = ExitCode::partly_done;
            answer.notes.push_back("but the primary is not " + wanted + where_to_look(change_));
        }
        return answer;
    }

    Outcome<Answer> undone(const Json& group) {
        const Json& decision = field(group, "last_decision");
        std::string why = cell(decision, "why");
        if (why.ends_with(".")) why.pop_back();
        return Failure{ExitCode::refused, "the " + change_.verb +
                                              " was taken back: " + cell(decision, "rule") + ": " +
                                              why + where_to_look(change_)};
    }

    Outcome<Answer> late(Instant begun) {
        const auto elapsed = whole_milliseconds(session_.surroundings.now() - begun);
        std::string message = "not finished after " + std::to_string(elapsed) + " ms; the " +
                              change_.verb + " of group " + change_.group + " goes on without us";
        if (!last_line_.empty()) message += " (last seen: " + last_line_ + ")";
        return Failure{ExitCode::timed_out, message + where_to_look(change_)};
    }

    Session& session_;
    Agents& agents_;
    const Change& change_;
    std::string last_line_;
};

Answer plan_answer(const Json& plan) {
    Answer answer;
    answer.heading = plan_lines(plan);
    answer.data = plan;
    return answer;
}

/// Switchover or failover: plan, confirm, ask, follow.
Outcome<Answer> change_primary(Session& session, const std::string& verb) {
    BATON_TRY(check_flags(session.invocation));
    BATON_TRY(const Duration wait, session.duration("wait", role_change_wait));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    if (!flag_of(cluster, "quorum")) {
        return Failure{ExitCode::unknown,
                       "no agent that answers has quorum, so nothing can be changed; "
                       "see: baton raft quorum-status"};
    }
    BATON_TRY(const Json group, find_group(cluster, session.invocation.argument(0)));
    BATON_TRY(const Change change, describe(session, group, verb));
    Json question = change.body;
    question["dry_run"] = true;
    BATON_TRY(const Json plan, agents->post(path_of(change), question));
    if (session.invocation.has("dry-run")) return plan_answer(plan);
    for (const std::string& line : plan_lines(plan)) session.tell(line);
    const Json& primary = element(field(group, "instances"), "role", "primary");
    if (verb == "failover" && text_of(primary, "health") == "healthy") {
        session.tell("  the primary " + cell(primary, "id") +
                     " is healthy: a switchover would lose nothing");
    }
    BATON_TRY(confirm(session, "Do this " + verb + "?"));
    BATON_TRY(const Json accepted, agents->post(path_of(change), change.body));
    if (wait == 0s) {
        Answer answer;
        answer.heading = {"the " + verb + " of group " + change.group + " was accepted"};
        answer.data = accepted;
        return answer;
    }
    Change begun = change;
    begun.entry = number_of(field(accepted, "entry"), "index");
    return Follow{session, *agents, begun}.until_done(wait);
}

Outcome<Answer> set_paused(Session& session, bool paused) {
    const std::string verb = paused ? "pause" : "resume";
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    BATON_TRY(const Json group, find_group(cluster, session.invocation.argument(0)));
    BATON_TRY(const Change change, describe(session, group, verb));
    Answer answer;
    answer.heading = {paused ? "plan: stop automatic failover of group " + change.group +
                                   "; while paused nobody replaces a primary that dies; to undo: "
                                   "baton group resume " +
                                   change.group
                             : "plan: allow automatic failover of group " + change.group +
                                   " again; to undo: baton group pause " + change.group};
    answer.data = {{"group", change.group},
                   {"dry_run", true},
                   {"paused", paused},
                   {"changed", flag_of(group, "paused") != paused}};
    if (session.invocation.has("dry-run")) return answer;
    if (paused) {
        session.tell(answer.heading.front());
        BATON_TRY(confirm(session, "Pause group " + change.group + "?"));
    }
    BATON_TRY(answer.data, agents->post(path_of(change), change.body));
    answer.heading = {"group " + change.group + (paused ? " is paused" : " is no longer paused")};
    return answer;
}

}  // namespace

Outcome<Answer> group_switchover(Session& session) {
    return change_primary(session, "switchover");
}
Outcome<Answer> group_failover(Session& session) {
    return change_primary(session, "failover");
}
Outcome<Answer> group_pause(Session& session) {
    return set_paused(session, true);
}
Outcome<Answer> group_resume(Session& session) {
    return set_paused(session, false);
}

}  // namespace baton::cli
