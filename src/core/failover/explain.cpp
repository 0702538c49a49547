#include "core/failover/explain.hpp"

#include "core/failover/planner.hpp"

namespace baton::failover {

std::string rules_markdown() {
    std::string text =
        "# Failover rules\n\n"
        "Generated from `src/core/failover/rules.cpp`; do not edit. For each group the leader "
        "tries "
        "the rows from top to bottom and takes the first that holds. What it decides is replicated "
        "with the facts it was decided on before anyone acts; `baton why GROUP` shows them "
        "afterwards. The ids are stable.\n\n"
        "| rule | what is replicated | why |\n| --- | --- | --- |\n";
    for (const Rule& rule : rules()) {
        text += "| `" + std::string(rule.id) + "` | " + std::string(name_of(rule.step)) + " | " +
                std::string(rule.why) + " |\n";
    }
    return text;
}

}  // namespace baton::failover
