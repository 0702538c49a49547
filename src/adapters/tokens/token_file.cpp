#include "adapters/tokens/token_lines.hpp"
#include "files/small_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace baton::adapters {

namespace tokens {

namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;
constexpr auto look_interval = std::chrono::seconds{1};

class TokenFile final : public Tokens {
public:
    TokenFile(TokenSources sources, std::function<void(Event)> report)
        : path_(std::move(sources.file)), report_(std::move(report)) {
        if (!sources.secret.empty()) {
            own_.push_back(seal_token({"token_file", Role::admin}, sources.secret));
        }
    }

    /// Takes the lines of the file if it changed.
    Result<void> look() {
        if (path_.empty()) return success();
        BATON_TRY(std::string content, files::read_private(path_, file_bytes_max));
        if (content == content_) return success();
        BATON_TRY(lines_, parse_lines(content, path_));
        content_ = std::move(content);
        return success();
    }

    std::optional<Bearer> find(std::string_view token) override {
        const auto now = std::chrono::steady_clock::now();
        if (now >= next_look_) {
            next_look_ = now + look_interval;
            complain(look());
        }
        const auto own = find_token(own_, token);
        const auto listed = find_token(lines_, token);
        return own ? own : listed;
    }

private:
    void complain(const Result<void>& looked) {
        const std::string why = looked ? "" : looked.error().message;
        if (std::exchange(complaint_, why) == why || why.empty()) return;
        report_({Severity::error,
                 "tokens.not_reloaded",
                 "the file of tokens cannot be used, so those read before stay: " + why,
                 {}});
    }

    std::string path_;
    std::function<void(Event)> report_;
    std::vector<TokenLine> own_;
    std::vector<TokenLine> lines_;
    std::string content_;
    std::string complaint_;
    std::chrono::steady_clock::time_point next_look_;
};

/// All at once, so that a crash leaves a whole line or none that counts.
Result<void> append(const files::OpenFile& file, const std::string& path, const std::string& text) {
    const ssize_t count = ::write(file.number(), text.data(), text.size());
    if (count != static_cast<ssize_t>(text.size()) || ::fsync(file.number()) != 0) {
        return files::cannot("write", path);
    }
    return success();
}

}  // namespace

}  // namespace tokens

Result<std::unique_ptr<Tokens>> open_tokens(TokenSources sources,
                                            std::function<void(Event)> report) {
    auto opened = std::make_unique<tokens::TokenFile>(std::move(sources), std::move(report));
    BATON_TRY(opened->look());
    return std::unique_ptr<Tokens>{std::move(opened)};
}

Result<std::string> add_token(const std::string& file, const std::string& name, Role role) {
    const files::OpenFile open{file, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW};
    if (!open.is_open()) return files::cannot("open", file);
    BATON_TRY(files::check_private(open, file));
    BATON_TRY(const std::string content, files::read_whole(open, file, tokens::file_bytes_max));
    BATON_TRY(const auto lines, tokens::parse_lines(content, file));
    const bool taken =
        std::ranges::any_of(lines, [&](const auto& line) { return line.bearer.name == name; });
    if (taken) {
        return refused("there is a token \"" + name + "\" in " + file +
                       " already; remove its line first, or choose another name");
    }
    BATON_TRY(const std::string token, tokens::draw_token());
    const std::string line = tokens::text_of(tokens::seal_token({name, role}, token));
    // What is written must be readable again: this also judges the name.
    const bool whole = content.empty() || content.back() == '\n';
    const std::string added = (whole ? "" : "\n") + line;
    const auto after = tokens::parse_lines(content + added, file);
    if (!after || after.value().size() != lines.size() + 1) {
        return invalid("\"" + name +
                       "\" cannot be the name of a token: use at most 63 letters, "
                       "digits, '.', '_', '-' and '@'");
    }
    BATON_TRY(tokens::append(open, file, added));
    return token;
}

}  // namespace baton::adapters
