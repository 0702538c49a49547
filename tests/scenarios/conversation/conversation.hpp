#pragma once

/// Tests told as conversations: a text file of commands and the answers they
/// must get. Parses such files, runs them against an interlocutor, and rewrites
/// them with the answers actually given. Knows nothing of what is tested.
///
///     # A comment tells the story.
///     command word key=value
///     ----
///     expected answer, up to the next blank line; "ok" if there was none to give
///
/// Several commands may stand above one `----`; their answers are joined.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace baton::test {

/// One command line, split at blanks: a verb, plain words, and key=value pairs.
/// The readers fail with a sentence naming the line (std::runtime_error), which
/// becomes the answer, so that a typing mistake shows up as a difference.
struct Command {
    std::string line;
    std::string verb;
    std::vector<std::string> words;
    std::map<std::string, std::string> values;

    [[nodiscard]] const std::string& word(std::size_t position) const;
    [[nodiscard]] std::string value(const std::string& key, const std::string& otherwise) const;
    [[nodiscard]] std::uint64_t number(const std::string& key, std::uint64_t otherwise) const;
    /// key=a,b,c as a list; empty if the key is absent.
    [[nodiscard]] std::vector<std::string> list(const std::string& key) const;
};

[[nodiscard]] Command parse_command(std::string_view line);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
/// "50ms", "3s" or "200us" in nanoseconds.
[[nodiscard]] std::int64_t parse_nanoseconds(const std::string& text);

/// Answers one command; what it answers ends up under `----`.
using Interlocutor = std::function<std::string(const Command&)>;

struct Exchange {
    std::vector<std::string> remarks;   ///< Comment and blank lines above the commands, as written.
    std::vector<std::string> commands;  ///< May contain comment lines, kept as written.
    std::string expected;
    std::size_t line = 0;  ///< Of the first command, from 1.
};

struct Conversation {
    std::vector<Exchange> exchanges;
    std::vector<std::string> closing;  ///< Remarks after the last exchange.
};

[[nodiscard]] Conversation parse_conversation(std::string_view text);
[[nodiscard]] std::string render(const Conversation& conversation);

/// Replaces every expected answer by the one `interlocutor` gives.
[[nodiscard]] Conversation converse(Conversation conversation, const Interlocutor& interlocutor);

/// The main function of a runner: every argument is a file or a directory of
/// .txt files, each told to a fresh interlocutor. Prints differences; with
/// --rewrite stores the answers instead. Returns the exit status; it fails when
/// no file was found.
[[nodiscard]] int run_conversations(int argc, char** argv,
                                    const std::function<Interlocutor()>& fresh);

}  // namespace baton::test
