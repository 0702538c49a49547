#include "core/failover/candidate.hpp"

#include "core/failover/completeness.hpp"
#include "core/failover/descent.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace baton::failover {

namespace {

using cluster::Durability;
using cluster::Instance;
using cluster::InstanceReport;
using cluster::ProcessState;
using cluster::ServerRole;

Standing unfit(const Instance& instance, std::string why) {
    return {instance.id, Fitness::unfit, 0, std::move(why)};
}

/// What rules an instance out whatever it is needed for; fit otherwise.
Standing basic(const Election& election, const Instance& instance, const InstanceReport* report) {
    const auto pending = [&](std::string why) {
        const Fitness fitness = election.patience_over ? Fitness::unfit : Fitness::awaited;
        return Standing{instance.id, fitness, 0, std::move(why)};
    };
    if (report == nullptr) {
        const std::string node = "its node " + instance.node.text;
        return election.purpose == Purpose::birth ? pending(node + " has not reported")
                                                  : unfit(instance, node + " is silent");
    }
    if (!report->problem.empty()) return unfit(instance, report->problem);
    if (report->process == ProcessState::absent) {
        return election.purpose == Purpose::birth ? pending("its server is not running yet")
                                                  : unfit(instance, "its server is not running");
    }
    if (report->process == ProcessState::frozen) return unfit(instance, "its server is frozen");
    if (report->role == ServerRole::unknown) return pending("its server has not answered");
    if (report->loading) return pending("its server is loading data");
    return {instance.id, Fitness::fit, report->offset, "fit"};
}

/// Without a promise, a standby that has not attached yet counts like any that
/// is behind, but only for a moment. (The last primary began the present history: with
/// the former one alone, its memory is lost.) With a promise, what was confirmed
/// decides: see judge_completeness, for which it is a position like the others.
bool takes_former_history(const Election& election, const InstanceReport& report) {
    const bool late = election.just_opened && report.instance != election.group->primary;
    const bool replicated = election.group->declared.durability == Durability::replicated;
    return (late || replicated) && falls_short_of(report, election.group->lineage);
}

/// Somebody was opened after the recorded history and died before that was
/// recorded; whoever attached to it knows where it left that history. What another
/// holds of it beyond that point no successor could have had, while the new
/// history may hold confirmed writes.
bool was_left_behind(const Election& election, const InstanceReport& report) {
    const std::string& recorded = election.group->lineage.replication_id;
    if (recorded.empty() || report.replication_id != recorded) return false;
    return std::ranges::any_of(election.reports, [&](const auto& item) {
        const InstanceReport& other = item.second;
        return other.replication_id != recorded && descends(other, election.group->lineage) &&
               report.offset >= other.offset2;
    });
}

/// It followed nobody any more, and knew of the revocation, before its position was read.
/// A former primary could still open again at its own epoch: its node's promise not to, or the
/// end of its lease, which nobody renews after the revocation, rules that out.
bool is_final(const Election& election, const InstanceReport& report) {
    const cluster::GroupState& group = *election.group;
    if (election.foreseen) return true;
    if (report.instance != group.primary) return report.severed >= group.epoch;
    const bool let_go = election.lease_over && report.severed >= group.epoch;
    return let_go || report.closed >= group.epoch;
}

Standing for_takeover(const Election& election, const Instance& instance,
                      const InstanceReport& report) {
    const cluster::GroupState& group = *election.group;
    const bool was_primary = instance.id == group.primary;
    if (election.foreseen && was_primary && !group.revoked) {
        return unfit(instance, "it is the primary already");
    }
    const bool final = is_final(election, report);
    if (!final || (report.role != ServerRole::standby && !election.foreseen)) {
        const Fitness fitness = election.patience_over ? Fitness::unfit : Fitness::awaited;
        Standing moving{instance.id, fitness, report.offset, "its position may still move"};
        moving.moving = true;
        return moving;
    }
    if (!descends(report, group.lineage) && !takes_former_history(election, report)) {
        return {instance.id, Fitness::lossy, report.offset,
                "its data does not descend from the last primary's history"};
    }
    if (was_left_behind(election, report)) {
        return {instance.id, Fitness::lossy, report.offset,
                "its last writes are of a history that another one left before them"};
    }
    const std::uint64_t position = position_in(group.lineage, report);
    Standing fit{instance.id, Fitness::fit, position, "fit"};
    fit.strayed = position != report.offset;
    return fit;
}

cluster::Duty duty_of(const Election& election, const Instance& instance) {
    const auto found = election.duties.find(instance.node);
    return found == election.duties.end() ? cluster::Duty::active : found->second;
}

std::string disk_trouble(const Election& election, const Instance& instance,
                         const InstanceReport& report) {
    if (election.stalled.contains(instance.node)) {
        return "the disk of its node " + instance.node.text + " takes no writes now";
    }
    if (!report.cannot_save) return {};
    return "its server could not save its data the last time: mend its disk, then send it BGSAVE";
}

Standing for_switchover(const Election& election, const Instance& instance,
                        const InstanceReport& report) {
    if (instance.id == election.group->primary) return unfit(instance, "it is the primary already");
    if (duty_of(election, instance) == cluster::Duty::drained) {
        return unfit(instance, "its node " + instance.node.text + " is drained");
    }
    if (election.hearings != nullptr) {
        auto why = doubt_about(instance.node, *election.hearings);
        if (!why.empty()) return unfit(instance, std::move(why));
    }
    if (auto why = disk_trouble(election, instance, report); !why.empty()) {
        return unfit(instance, std::move(why));
    }
    if (report.process == ProcessState::busy) return unfit(instance, "its server is busy");
    if (report.role != ServerRole::standby) return unfit(instance, "it is not a standby");
    if (!report.following) return unfit(instance, "it follows nobody");
    if (report.following != election.group->primary) {
        return unfit(instance, "it follows " + report.following.text + ", not the primary");
    }
    if (!report.link_up) return unfit(instance, "its replication link is down");
    return {instance.id, Fitness::fit, report.offset, "fit"};
}

Standing stand(const Election& election, const Instance& instance) {
    const auto found = election.reports.find(instance.id);
    const InstanceReport* report = found == election.reports.end() ? nullptr : &found->second;
    Standing standing = basic(election, instance, report);
    if (standing.fitness != Fitness::fit) return standing;
    switch (election.purpose) {
        case Purpose::birth: return standing;
        case Purpose::takeover: return for_takeover(election, instance, *report);
        case Purpose::switchover: return for_switchover(election, instance, *report);
    }
    return standing;
}

const InstanceReport* report_of(const Election& election, const InstanceId& instance) {
    const auto found = election.reports.find(instance);
    return found == election.reports.end() ? nullptr : &found->second;
}

/// Nobody holds the recorded history any more: every server lost its memory
/// and came back from its own disk. Then the last primary's disk is the best
/// copy there is, unless it is empty while another one is not, or another one
/// has come further: that one may have kept its memory, and the primary's dump
/// may be old.
void judge_total_loss(const Election& election, Choice& choice) {
    const bool all_lossy = std::ranges::all_of(
        choice.standings, [](const Standing& each) { return each.fitness == Fitness::lossy; });
    const InstanceReport* primary = report_of(election, election.group->primary);
    if (!all_lossy || primary == nullptr) return;
    const bool someone_has_data = std::ranges::any_of(
        election.reports, [](const auto& item) { return item.second.keys > 0; });
    if (primary->keys == 0 && someone_has_data) return;
    const bool someone_is_further = std::ranges::any_of(
        election.reports, [&](const auto& item) { return item.second.offset > primary->offset; });
    if (someone_is_further) return;
    for (Standing& each : choice.standings) {
        if (each.instance != election.group->primary) continue;
        each.fitness = Fitness::fit;
        each.why = "every server restarted; this one was the last primary";
    }
}

/// At birth two instances with different data cannot both be right.
void judge_birth(const Election& election, Choice& choice) {
    std::optional<std::string> history;
    bool ambiguous = false;
    for (const auto& [id, report] : election.reports) {
        if (report.keys == 0) continue;
        if (history && *history != report.replication_id) ambiguous = true;
        history = report.replication_id;
    }
    for (Standing& each : choice.standings) {
        const InstanceReport* report = report_of(election, each.instance);
        if (each.fitness != Fitness::fit || report == nullptr) continue;
        if (ambiguous) {
            each.fitness = Fitness::lossy;
            each.why = "several instances hold different data; choose one with `group failover`";
        } else if (history && report->keys == 0) {
            each.fitness = Fitness::lossy;
            each.why = "it is empty while another instance holds data";
        }
    }
    const bool someone_missing = std::ranges::any_of(choice.standings, [&](const Standing& each) {
        return report_of(election, each.instance) == nullptr;
    });
    if (!someone_missing) return;
    for (Standing& each : choice.standings) {
        if (each.fitness == Fitness::fit) {
            each.fitness = Fitness::lossy;
            each.why = "fit, but an instance that may hold data has not been heard";
        }
    }
}

std::uint32_t priority_of(const Election& election, const InstanceId& instance) {
    return election.group->declared.find(instance)->priority;
}

/// Somebody else may be chosen. The last primary with less than `held` comes back from a
/// file, its memory lost: however old that is, it would be copied by the others.
bool another_is_fit(const Election& election, const Choice& choice, const Standing& held) {
    return std::ranges::any_of(choice.standings, [&](const Standing& each) {
        const bool old = each.instance == election.group->primary && each.offset < held.offset;
        return each.fitness == Fitness::fit && priority_of(election, each.instance) != 0 && !old;
    });
}

/// Priority 0 means never chosen. What such an instance holds still counts for
/// what is known: it is judged like the others first, and held back then.
void hold_back(const Election& election, Choice& choice) {
    const std::string group = election.group->declared.id.text;
    for (Standing& each : choice.standings) {
        if (priority_of(election, each.instance) != 0) continue;
        const bool alone = each.fitness == Fitness::fit && !another_is_fit(election, choice, each);
        each.held_back = alone && election.purpose == Purpose::takeover;
        const bool known = each.fitness == Fitness::fit;
        each.fitness = Fitness::unfit;
        each.why = "its priority is 0" + (known ? "" : "; " + each.why);
        if (!each.held_back) continue;
        each.why = "its priority is 0, but no other holds the last primary's data: give " +
                   each.instance.text +
                   " another priority in the cluster file and run `baton config apply`, or give "
                   "up what it holds with `baton group failover " +
                   group + " --force --reason=TEXT`";
    }
}

/// What a fenced node holds counts for what is known, but it may not act.
void exclude_fenced(const Election& election, Choice& choice) {
    for (std::size_t i = 0; i < choice.standings.size(); ++i) {
        const Instance& instance = election.group->declared.instances[i];
        if (duty_of(election, instance) != cluster::Duty::fenced) continue;
        Standing& standing = choice.standings[i];
        standing.fitness = Fitness::unfit;
        standing.why = "its node " + instance.node.text + " is fenced: baton node rejoin --node=" +
                       instance.node.text;
    }
}

void judge_avoided(const Election& election, Choice& choice) {
    const bool other_fit = std::ranges::any_of(choice.standings, [&](const Standing& each) {
        return each.fitness == Fitness::fit && each.instance != election.avoid;
    });
    if (!election.avoid || !other_fit) return;
    for (Standing& each : choice.standings) {
        if (each.instance != election.avoid) continue;
        each.fitness = Fitness::unfit;
        each.why = "an operator asked to move the primary away from it";
    }
}

/// What breaks a tie between equal positions, least first: who strayed comes last, before it
/// a failing disk, before that a drained node; then the number of the priority counts, then the
/// order of the declaration.
auto preference(const Election& election, const Standing& standing) {
    const Instance& instance = *election.group->declared.find(standing.instance);
    const InstanceReport& report = election.reports.at(standing.instance);
    return std::tuple{standing.strayed, !disk_trouble(election, instance, report).empty(),
                      duty_of(election, instance) == cluster::Duty::drained, instance.priority};
}

/// The furthest of the given fitness.
const Standing* furthest(const Election& election, const Choice& choice, Fitness fitness) {
    const Standing* best = nullptr;
    for (const Standing& each : choice.standings) {
        if (each.fitness != fitness) continue;
        const bool better =
            best == nullptr || each.offset > best->offset ||
            (each.offset == best->offset &&
             preference(election, each) < preference(election, *best));
        if (better) best = &each;
    }
    return best;
}

/// The operator's target, where it may be honoured.
const Standing* wanted(const Election& election, const Choice& choice, const Standing* best) {
    if (!election.target) return nullptr;
    const auto found = std::ranges::find(choice.standings, election.target, &Standing::instance);
    if (found == choice.standings.end()) return nullptr;
    if (found->fitness != Fitness::fit && found->fitness != Fitness::lossy) return nullptr;
    if (election.purpose != Purpose::takeover || election.loss_accepted) return &*found;
    const bool as_far = best != nullptr && found->fitness == best->fitness &&
                        found->offset >= best->offset;
    return as_far ? &*found : nullptr;
}

/// Of those that are fit the furthest that may be chosen; without any, the furthest of all.
const Standing* furthest_electable(const Election& election, const Choice& choice) {
    Choice electable = choice;
    std::erase_if(electable.standings, [&](const Standing& each) {
        const Instance& instance = *election.group->declared.find(each.instance);
        return each.instance == election.avoid || instance.priority == 0 ||
               duty_of(election, instance) == cluster::Duty::fenced;
    });
    const Standing* best = furthest(election, electable, Fitness::fit);
    if (best == nullptr) return furthest(election, choice, Fitness::fit);
    return &*std::ranges::find(choice.standings, best->instance, &Standing::instance);
}

/// Whoever is heard to hold more than all whose positions are final is waited for
/// longer: what it lacks is the word to let go, and that may still reach it.
void await_further(const Election& election, Choice& choice) {
    const Standing* best = furthest_electable(election, choice);
    for (Standing& each : choice.standings) {
        const bool further = each.moving && best != nullptr && each.offset > best->offset &&
                             each.instance != election.avoid &&
                             descends(election.reports.at(each.instance), election.group->lineage);
        if (further) each.fitness = Fitness::awaited;
    }
}

/// Over the positions of all that are fit, those that may not be chosen too.
Completeness completeness_of(const Election& election, const Choice& choice) {
    InstanceReports settled;
    for (const Standing& each : choice.standings) {
        if (each.fitness != Fitness::fit) continue;
        settled[each.instance] = election.reports.at(each.instance);
    }
    return judge_completeness(*election.group, settled, election.reports);
}

/// Whether `best` certainly holds everything that was promised.
bool promised(const Completeness& completeness, const Standing& best) {
    return completeness.proven && best.offset >= completeness.reach;
}

std::string why_unproven(const Completeness& completeness, const Standing* best) {
    if (best == nullptr || promised(completeness, *best)) return {};
    if (!completeness.proven) return describe(completeness);
    return best->instance.text + " lacks up to " +
           std::to_string(completeness.reach - best->offset) + " bytes of confirmed writes";
}

}  // namespace

Choice choose(const Election& election) {
    Choice choice;
    for (const Instance& instance : election.group->declared.instances) {
        choice.standings.push_back(stand(election, instance));
    }
    if (!election.further_patience_over) await_further(election, choice);
    const bool waiting = std::ranges::any_of(choice.standings, [&](const Standing& each) {
        return each.fitness == Fitness::awaited && priority_of(election, each.instance) != 0;
    });
    const bool replicated = election.group->declared.durability == Durability::replicated;
    const bool takeover = election.purpose == Purpose::takeover;
    const Completeness completeness = takeover ? completeness_of(election, choice) : Completeness{};
    if (!waiting && takeover && !replicated) judge_total_loss(election, choice);
    if (!waiting && election.purpose == Purpose::birth) judge_birth(election, choice);
    exclude_fenced(election, choice);
    hold_back(election, choice);
    if (!waiting) judge_avoided(election, choice);
    const bool exact = election.purpose == Purpose::switchover && election.target;
    const Standing* fit = exact ? nullptr : furthest(election, choice, Fitness::fit);
    const Standing* lossy = exact ? nullptr : furthest(election, choice, Fitness::lossy);
    const Standing* best = fit != nullptr ? fit : lossy;
    if (const Standing* target = wanted(election, choice, best)) best = target;
    const bool held_back = std::ranges::any_of(choice.standings, &Standing::held_back);
    if (waiting) {
        choice.verdict = Candidate::awaited;
    } else if (held_back && !election.loss_accepted) {
        choice.verdict = Candidate::held_back;
    } else if (best != nullptr) {
        choice.verdict = best->fitness == Fitness::fit ? Candidate::complete : Candidate::lossy;
    }
    if (best != nullptr && !waiting) choice.best = best->instance;
    if (choice.verdict == Candidate::complete && !promised(completeness, *best)) {
        choice.verdict = Candidate::lossy;
    }
    choice.unproven = why_unproven(completeness, best);
    return choice;
}

}  // namespace baton::failover
