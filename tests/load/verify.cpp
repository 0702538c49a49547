#include "verify.hpp"

#include "session.hpp"

#include <algorithm>
#include <fstream>

namespace baton::load {
namespace {

constexpr std::size_t batch_max = 500;
constexpr std::size_t examples_max = 10;

/// The numbers of the next acknowledged keys, at most one batch.
std::vector<std::uint64_t> next_batch(const AcknowledgedKeys& keys, std::size_t& position) {
    std::vector<std::uint64_t> batch;
    for (; position < keys.bits.size() && batch.size() < batch_max; ++position) {
        if (keys.bits[position]) batch.push_back(keys.first + position);
    }
    return batch;
}

std::vector<std::string> words(const char* verb, const std::string& run,
                               const std::vector<std::uint64_t>& batch) {
    std::vector<std::string> all{verb};
    for (const auto key : batch) all.push_back(key_name(run, key));
    return all;
}

void judge(Verdict& verdict, const std::string& run, const std::vector<std::uint64_t>& batch,
           const Reply& reply) {
    for (std::size_t index = 0; index < batch.size(); ++index) {
        ++verdict.acknowledged;
        const bool found =
            index < reply.items.size() && reply.items[index].text == std::to_string(batch[index]);
        if (found) continue;
        ++verdict.lost;
        if (verdict.examples.size() < examples_max)
            verdict.examples.push_back(key_name(run, batch[index]));
    }
}

}  // namespace

Verdict verify(const Settings& settings, const Question& question, Instant deadline) {
    Verdict verdict;
    Session session{settings, deadline};
    std::size_t position = 0;
    for (;;) {
        const auto batch = next_batch(question.keys, position);
        if (batch.empty()) return verdict;
        const auto reply = session.ask(words("MGET", question.run, batch));
        if (!reply) {
            verdict.error = "no server answered in time";
            return verdict;
        }
        judge(verdict, question.run, batch, *reply);
        if (question.drop && !session.ask(words("UNLINK", question.run, batch))) {
            verdict.error = "not every key could be removed in time";
            return verdict;
        }
    }
}

std::optional<Question> read_log(const std::string& path) {
    std::ifstream file{path};
    Question question;
    std::string word;
    if (!(file >> word >> question.run) || word != "run") return std::nullopt;
    std::uint64_t key = 0;
    std::int64_t nanoseconds = 0;
    while (file >> word) {
        if (!(file >> key >> nanoseconds)) return std::nullopt;
        if (word == "d")
            std::fill_n(question.keys.bits.begin(),
                        std::min<std::size_t>(key, question.keys.bits.size()), false);
        if (word != "a") continue;
        if (question.keys.bits.size() <= key) question.keys.bits.resize(key + 1);
        question.keys.bits[key] = true;
    }
    return question;
}

}  // namespace baton::load
