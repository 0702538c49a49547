#include "exhaustive/lease/story.hpp"

#include "exhaustive/lease/names.hpp"
#include "exhaustive/lease/world.hpp"

#include <algorithm>
#include <cstdint>

namespace baton::exhaustive {

namespace {

std::string milliseconds(Duration duration) {
    const std::int64_t microseconds = duration.count() / 1000;
    std::string text = std::to_string(microseconds / 1000);
    const std::string rest = std::to_string(1000 + microseconds % 1000).substr(1);
    return (rest == "000" ? text : text + "." + rest) + " ms";
}

std::string voters_text(const std::vector<std::size_t>& voters) {
    std::string text;
    for (const std::size_t voter : voters) text += (text.empty() ? "{" : ", ") + letter_of(voter);
    return text + "}";
}

class Teller {
public:
    Teller(const World& before, const World& after, Action action)
        : before_(before), after_(after), action_(action), who_(letter_of(action.node)) {}

    [[nodiscard]] std::string sentence() const {
        const std::string told = happened();
        if (after_.committed() == before_.committed()) return told;
        return told + "; with that it is committed";
    }

private:
    [[nodiscard]] std::string happened() const {
        const std::string leader = letter_of(after_.scene().leader);
        const std::string beat = "heartbeat " + std::to_string(action_.beat + 1);
        switch (action_.act) {
            case Act::pass: return {};
            case Act::beat: return sent();
            case Act::hear: return heard(beat);
            case Act::count: return "a gets " + who_ + "'s answer to " + beat + lease();
            case Act::revoke: return leader + ", the leader, appends the revocation";
            case Act::change: return leader + ", the leader, appends " + entry_text(last());
            case Act::take: return taken();
            case Act::write: return who_ + " has its log on disk";
            case Act::say: return said();
            case Act::learn: return leader + " hears what " + who_ + " said";
            case Act::restart: return restarted();
            case Act::close: return "a closes its server";
            case Act::promise: return "a has the promise never to open it again on disk";
            case Act::prove: return leader + " hears that a closed its server for good";
            case Act::reopen: return "a, which still holds the appointment, opens its server again";
        }
        return {};
    }

    [[nodiscard]] std::size_t last() const { return after_.length() - 1; }

    [[nodiscard]] std::string entry_text(std::size_t place) const {
        switch (after_.entry(place)) {
            case Entry::nothing: return "the leader's first entry";
            case Entry::revocation: return "the revocation";
            case Entry::membership: break;
        }
        return "the membership " + voters_text(after_.voters_after(place));
    }

    [[nodiscard]] std::string lease() const {
        if (after_.open_until() == before_.open_until()) return {};
        return ": its lease now lasts until " + milliseconds(after_.lease_until());
    }

    [[nodiscard]] std::string sent() const {
        const std::string told = "a sends heartbeat " + std::to_string(after_.beats());
        return after_.node(0).counted == after_.beats() ? told + ", and renews itself" : told;
    }

    [[nodiscard]] std::string heard(const std::string& beat) const {
        const bool answers = after_.node(action_.node).answers[action_.beat] != nullptr;
        return beat + " reaches " + who_ + (answers ? ", which renews" : ", which does not answer");
    }

    [[nodiscard]] std::string taken() const {
        const Node& taker = before_.node(action_.node);
        const std::size_t place = taker.log.former ? 0 : taker.log.length;
        const std::string told = who_ + " appends " + entry_text(place);
        return taker.log.former ? told + ", which replaces what the former leader left" : told;
    }

    [[nodiscard]] std::string said() const {
        const Duration age = *after_.node(action_.node).age;
        if (age > std::chrono::minutes{1}) return who_ + " says: never renewed in all my time";
        return who_ + " says: renewed at most " + milliseconds(age) + " ago";
    }

    [[nodiscard]] std::string restarted() const {
        const Node& node = before_.node(action_.node);
        const std::string told = who_ + "'s agent restarts and has forgotten its renewals";
        return node.log == node.disk ? told : told + ", and what was not on disk";
    }

    const World& before_;
    const World& after_;
    Action action_;
    std::string who_;
};

}  // namespace

std::string tell(const Scene& scene, const std::vector<Action>& actions) {
    World world(scene);
    std::string story;
    const auto line = [&](Duration at, const std::string& sentence) {
        story += "  " + milliseconds(at) + ": " + sentence + "\n";
    };
    Duration last{0};
    for (const Action action : actions) {
        const World before = world;
        world.act(action);
        const std::string sentence = Teller(before, world, action).sentence();
        if (!sentence.empty()) line(before.now(), sentence);
        last = before.now();
        if (world.over() && !before.over()) {
            line(*world.over(), "for " + letter_of(scene.leader) + " the lease is over");
        }
    }
    line(std::max(*world.over(), last),
         "yet a's server may acknowledge writes until " + milliseconds(world.open_until()));
    return story;
}

}  // namespace baton::exhaustive
