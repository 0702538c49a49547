#include "core/failover/facts.hpp"

namespace baton::failover {

std::string_view name_of(Primary primary) {
    switch (primary) {
        case Primary::serving: return "serving";
        case Primary::silent: return "silent";
        case Primary::hung: return "hung";
        case Primary::closed: return "closed";
    }
    return "serving";
}

std::string_view name_of(OldPrimary old_primary) {
    switch (old_primary) {
        case OldPrimary::may_act: return "may_act";
        case OldPrimary::over: return "over";
    }
    return "may_act";
}

std::string_view name_of(Candidate candidate) {
    switch (candidate) {
        case Candidate::none: return "none";
        case Candidate::awaited: return "awaited";
        case Candidate::lossy: return "lossy";
        case Candidate::held_back: return "held_back";
        case Candidate::complete: return "complete";
    }
    return "none";
}

std::string_view name_of(HandOverStep step) {
    switch (step) {
        case HandOverStep::none: return "none";
        case HandOverStep::clean: return "clean";
        case HandOverStep::expired: return "expired";
        case HandOverStep::lost: return "lost";
        case HandOverStep::given_up: return "given_up";
        case HandOverStep::unpromised: return "unpromised";
    }
    return "none";
}

std::string describe(const Facts& facts) {
    std::string text = "phase=" + std::string(cluster::name_of(facts.phase));
    const auto add = [&](std::string_view name, std::string_view value) {
        text += " " + std::string(name) + "=" + std::string(value);
    };
    const auto flag = [&](std::string_view name, bool value) {
        if (value) text += " " + std::string(name);
    };
    add("primary", name_of(facts.primary));
    add("old_primary", name_of(facts.old_primary));
    add("candidate", name_of(facts.candidate));
    if (facts.hand_over != HandOverStep::none) add("hand_over", name_of(facts.hand_over));
    if (facts.request != RequestKind::none) add("request", cluster::name_of(facts.request));
    flag("quorum", facts.quorum);
    flag("loss_accepted", facts.loss_accepted);
    flag("paused", facts.paused);
    flag("needs_proof", facts.needs_proof);
    flag("fenced", facts.fenced);
    flag("drained", facts.drained);
    flag("sick", facts.sick);
    flag("opened", facts.opened);
    flag("history_moved", facts.history_moved);
    flag("holder_due", facts.holder_due);
    flag("repaired", facts.repaired);
    return text;
}

}  // namespace baton::failover
