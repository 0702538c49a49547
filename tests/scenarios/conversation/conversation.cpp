#include "scenarios/conversation/conversation.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace baton::test {
namespace {

constexpr std::string_view separator = "----";

bool is_remark(const std::string& line) {
    return line.empty() || line.front() == '#';
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines = split(text, '\n');
    if (!lines.empty() && lines.back().empty()) {
        lines.pop_back();
    }
    return lines;
}

std::string answer(const Exchange& exchange, const Interlocutor& interlocutor) {
    std::string result;
    for (const std::string& line : exchange.commands) {
        if (is_remark(line)) {
            continue;
        }
        try {
            result += interlocutor(parse_command(line));
        } catch (const std::runtime_error& mistake) {
            result += std::string("mistake: ") + mistake.what() + "\n";
        }
        if (!result.empty() && result.back() != '\n') {
            result += '\n';
        }
    }
    return result.empty() ? "ok\n" : result;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> files_named_by(const std::vector<std::string>& arguments) {
    std::vector<std::filesystem::path> files;
    for (const std::string& argument : arguments) {
        if (!std::filesystem::is_directory(argument)) {
            files.emplace_back(argument);
            continue;
        }
        for (const auto& found : std::filesystem::recursive_directory_iterator(argument)) {
            if (found.path().extension() == ".txt" && found.path().filename() != "CMakeLists.txt") {
                files.push_back(found.path());
            }
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::size_t report_differences(const std::filesystem::path& path, const Conversation& told,
                               const Conversation& heard) {
    std::size_t differences = 0;
    for (std::size_t at = 0; at < told.exchanges.size(); ++at) {
        const Exchange& exchange = told.exchanges[at];
        const std::string& actual = heard.exchanges[at].expected;
        if (exchange.expected == actual) {
            continue;
        }
        ++differences;
        std::cout << path.string() << ":" << exchange.line << ": the answer differs\n";
        for (const std::string& command : exchange.commands) {
            std::cout << "    " << command << "\n";
        }
        std::cout << "--- expected\n" << exchange.expected << "--- actual\n" << actual << "---\n";
    }
    return differences;
}

}  // namespace

std::vector<std::string> split(std::string_view text, char by) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    while (true) {
        const std::size_t end = text.find(by, start);
        parts.emplace_back(text.substr(start, end - start));
        if (end == std::string_view::npos) {
            return parts;
        }
        start = end + 1;
    }
}

std::int64_t parse_nanoseconds(const std::string& text) {
    std::size_t used = 0;
    const std::int64_t count = std::stoll(text, &used);
    const std::string unit = text.substr(used);
    for (const auto& [name, factor] : {std::pair<std::string, std::int64_t>{"us", 1'000},
                                       {"ms", 1'000'000},
                                       {"s", 1'000'000'000}}) {
        if (unit == name) {
            return count * factor;
        }
    }
    throw std::runtime_error("\"" + text + "\" needs a unit: us, ms or s");
}

Command parse_command(std::string_view line) {
    Command command;
    command.line = line;
    std::istringstream in(command.line);
    in >> command.verb;
    for (std::string word; in >> word;) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0) {
            command.words.push_back(word);
        } else {
            command.values[word.substr(0, equals)] = word.substr(equals + 1);
        }
    }
    return command;
}

const std::string& Command::word(std::size_t position) const {
    if (position >= words.size()) {
        throw std::runtime_error("\"" + line + "\" needs " + std::to_string(position + 1) +
                                 " words after " + verb);
    }
    return words[position];
}

std::string Command::value(const std::string& key, const std::string& otherwise) const {
    const auto found = values.find(key);
    return found == values.end() ? otherwise : found->second;
}

std::uint64_t Command::number(const std::string& key, std::uint64_t otherwise) const {
    const auto found = values.find(key);
    return found == values.end() ? otherwise : std::stoull(found->second);
}

std::vector<std::string> Command::list(const std::string& key) const {
    const std::string text = value(key, "");
    return text.empty() ? std::vector<std::string>{} : split(text, ',');
}

Conversation parse_conversation(std::string_view text) {
    Conversation conversation;
    Exchange exchange;
    bool answering = false;
    std::size_t number = 0;
    const auto finish = [&] {
        conversation.exchanges.push_back(std::exchange(exchange, Exchange{}));
        answering = false;
    };
    for (std::string& line : lines_of(text)) {
        ++number;
        if (answering && !line.empty()) {
            exchange.expected += line + "\n";
        } else if (answering) {
            finish();
        } else if (line == separator) {
            answering = true;
        } else if (exchange.commands.empty() && is_remark(line)) {
            exchange.remarks.push_back(std::move(line));
        } else {
            exchange.line = exchange.commands.empty() ? number : exchange.line;
            exchange.commands.push_back(std::move(line));
        }
    }
    if (!exchange.commands.empty()) {
        finish();
    }
    conversation.closing = std::move(exchange.remarks);
    return conversation;
}

std::string render(const Conversation& conversation) {
    std::string text;
    for (const Exchange& exchange : conversation.exchanges) {
        text += text.empty() ? "" : "\n";
        for (const std::vector<std::string>* part : {&exchange.remarks, &exchange.commands}) {
            for (const std::string& line : *part) {
                text += line + "\n";
            }
        }
        text += std::string(separator) + "\n" + exchange.expected;
    }
    for (const std::string& line : conversation.closing) {
        text += "\n" + line;
    }
    return text + (conversation.closing.empty() ? "" : "\n");
}

Conversation converse(Conversation conversation, const Interlocutor& interlocutor) {
    for (Exchange& exchange : conversation.exchanges) {
        exchange.expected = answer(exchange, interlocutor);
    }
    return conversation;
}

int run_conversations(int argc, char** argv, const std::function<Interlocutor()>& fresh) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const bool rewrite = std::erase(arguments, "--rewrite") > 0;
    const std::vector<std::filesystem::path> files = files_named_by(arguments);
    std::size_t differences = 0;
    for (const std::filesystem::path& path : files) {
        const Conversation told = parse_conversation(read_file(path));
        const Conversation heard = converse(told, fresh());
        if (told.exchanges.empty()) {
            std::cout << path.string() << ": no exchange found\n";
            ++differences;
        } else if (rewrite) {
            std::ofstream(path) << render(heard);
        } else {
            differences += report_differences(path, told, heard);
        }
    }
    std::cout << files.size() << " conversations, " << differences << " differences\n";
    return !files.empty() && differences == 0 ? 0 : 1;
}

}  // namespace baton::test
