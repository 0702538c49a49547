// What is said about candidates, for decisions, logs and operators.
#include "core/failover/candidate.hpp"

namespace baton::failover {

std::string doubt_about(const NodeId& node, const Hearings& hearings) {
    const auto found = hearings.find(node);
    if (found == hearings.end()) return {};
    const auto& [liveness, age] = found->second;
    const bool doubted =
        liveness == cluster::Liveness::suspect || liveness == cluster::Liveness::failed;
    if (doubted) {
        return "its node " + node.text + " is " + std::string(cluster::name_of(liveness)) +
               ": wait until it is heard again";
    }
    if (age <= report_age_max) return {};
    return "its node " + node.text + " reported " + std::to_string(whole_milliseconds(age)) +
           " ms ago, more than " + std::to_string(whole_milliseconds(report_age_max)) +
           " ms: wait until it reports again";
}

std::string describe(const Choice& choice) {
    std::string text;
    for (const Standing& each : choice.standings) {
        if (!text.empty()) text += "; ";
        text += each.instance.text;
        text += each.fitness == Fitness::fit ? " fit at " + std::to_string(each.offset)
                                             : (each.fitness == Fitness::lossy     ? " lossy: "
                                                : each.fitness == Fitness::awaited ? " awaited: "
                                                                                   : " unfit: ") +
                                                   each.why;
    }
    return choice.unproven.empty() ? text : text + "; " + choice.unproven;
}

}  // namespace baton::failover
