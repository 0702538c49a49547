#include "adapters/front/runtime_socket.hpp"

#include "adapters/front/render_haproxy.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace baton::front {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

/// Longest path a socket address holds on Linux, with its final zero.
constexpr std::size_t socket_path_max = 107;

/// One conversation or one program: ends once, by itself or at its deadline.
/// Shared by its pending operations.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(Loop& loop, Done<std::string> done, std::weak_ptr<bool> owner)
        : loop_(loop), done_(std::move(done)), owner_(std::move(owner)) {}
    virtual ~Exchange() = default;

    void end_at(Instant deadline) {
        timer_ = loop_.at(deadline, [self = shared_from_this()] { self->too_late(); });
    }

protected:
    virtual void too_late() = 0;
    void finish(Result<std::string> result) {
        auto done = std::exchange(done_, nullptr);
        if (!done) return;
        loop_.post([owner = owner_, done = std::move(done), result = std::move(result)] {
            if (owner.lock()) done(result);
        });
        // Last: the timer may hold the last reference.
        const auto self = shared_from_this();
        loop_.cancel(timer_);
    }
    [[nodiscard]] bool finished() const { return !done_; }

private:
    Loop& loop_;
    Done<std::string> done_;
    std::weak_ptr<bool> owner_;  ///< Gone with the RuntimeSocket.
    TimerId timer_ = 0;
};

class Conversation final : public Exchange {
public:
    Conversation(asio::io_context& context, Loop& loop, Done<std::string> done,
                 std::weak_ptr<bool> owner, std::vector<std::string> lines)
        : Exchange(loop, std::move(done), std::move(owner)),
          context_(context),
          socket_(context),
          lines_(std::move(lines)) {}

    void start(const std::string& path) {
        path_ = path;
        next_line();
    }

private:
    std::shared_ptr<Conversation> self() {
        return std::static_pointer_cast<Conversation>(shared_from_this());
    }

    /// HAProxy answers one line per connection and hangs up.
    void next_line() {
        if (finished()) return;
        if (line_ == lines_.size()) return finish(std::move(answer_));
        socket_ = Local::socket(context_);
        socket_.async_connect(Local::endpoint(path_), [me = self()](error_code error) {
            if (error) return me->failed("cannot be reached: " + error.message());
            me->write();
        });
    }

    void write() {
        sent_ = true;
        asio::async_write(socket_, asio::buffer(lines_[line_]),
                          [me = self()](error_code error, std::size_t) {
                              if (error) return me->failed(error.message());
                              me->read();
                          });
    }

    void read() {
        asio::async_read(socket_, asio::dynamic_buffer(answer_, answer_bytes_max),
                         [me = self()](error_code error, std::size_t) {
                             if (error != asio::error::eof) return me->failed(error.message());
                             ++me->line_;
                             me->next_line();
                         });
    }

    void failed(const std::string& why) {
        const std::string message = "HAProxy's administration socket " + path_ + ": " + why;
        finish(sent_ ? outcome_unknown(message) : unavailable(message));
    }

    void too_late() override {
        failed("no answer in time");
        error_code ignored;
        socket_.close(ignored);
    }

    asio::io_context& context_;
    Local::socket socket_;
    std::vector<std::string> lines_;
    std::string path_;
    std::string answer_;
    std::size_t line_ = 0;
    bool sent_ = false;
};

class Program final : public Exchange {
public:
    Program(asio::io_context& context, Loop& loop, Done<std::string> done,
            std::weak_ptr<bool> owner)
        : Exchange(loop, std::move(done), std::move(owner)), output_(context) {}
    ~Program() override { reap(); }

    void start(std::vector<std::string> arguments, const std::string& directory) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return finish(unavailable(std::strerror(errno)));
        const int failed = spawn(arguments, directory, ends[1]);
        ::close(ends[1]);
        output_.assign(ends[0]);
        if (failed != 0) {
            return finish(unavailable("cannot run " + arguments[0] + ": " + std::strerror(failed)));
        }
        asio::async_read(output_, asio::dynamic_buffer(text_, answer_bytes_max),
                         [me = std::static_pointer_cast<Program>(shared_from_this())](
                             error_code, std::size_t) { me->ended(); });
    }

private:
    int spawn(std::vector<std::string>& arguments, const std::string& directory, int output) {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
        posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
        std::vector<char*> words;
        for (std::string& argument : arguments) words.push_back(argument.data());
        words.push_back(nullptr);
        const int failed =
            ::posix_spawn(&child_, words[0], &actions, nullptr, words.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) child_ = 0;
        return failed;
    }

    /// A program that closed its output is about to end.
    void ended() {
        const int status = reap();
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return finish(std::move(text_));
        finish(refused(std::move(text_)));
    }

    int reap() {
        int status = -1;
        if (child_ > 0) ::waitpid(std::exchange(child_, 0), &status, 0);
        return status;
    }

    void too_late() override {
        if (child_ > 0) ::kill(child_, SIGKILL);
        finish(outcome_unknown("the program did not end in time"));
    }

    asio::posix::stream_descriptor output_;
    std::string text_;
    pid_t child_ = 0;
};

/// Commands joined by semicolons, in lines that fit HAProxy's buffer.
std::vector<std::string> as_lines(const std::vector<std::string>& commands) {
    std::vector<std::string> lines;
    for (const std::string& command : commands) {
        if (lines.empty() || lines.back().size() + command.size() + 2 > line_bytes_max) {
            lines.emplace_back();
        } else {
            lines.back() += ";";
        }
        lines.back() += command;
    }
    for (std::string& line : lines) line += "\n";
    return lines;
}

class AsioRuntimeSocket final : public RuntimeSocket {
public:
    AsioRuntimeSocket(Loop& loop, asio::io_context& context, std::string directory)
        : loop_(loop), context_(context), directory_(std::move(directory)) {}
    ~AsioRuntimeSocket() override {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    void ask(std::vector<std::string> commands, Instant deadline, Done<std::string> done) override {
        auto exchange = std::make_shared<Conversation>(context_, loop_, std::move(done), alive_,
                                                       as_lines(commands));
        exchange->end_at(deadline);
        exchange->start(path());
    }

    void run(std::vector<std::string> arguments, std::string directory, Instant deadline,
             Done<std::string> done) override {
        auto exchange = std::make_shared<Program>(context_, loop_, std::move(done), alive_);
        exchange->end_at(deadline);
        exchange->start(std::move(arguments), directory);
    }

private:
    /// A path too long for a socket address is reached through its directory's
    /// descriptor.
    std::string path() {
        const std::string full = directory_ + "/" + std::string(socket_name);
        if (full.size() <= socket_path_max) return full;
        if (descriptor_ < 0) {
            descriptor_ = ::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        }
        return "/proc/self/fd/" + std::to_string(descriptor_) + "/" + std::string(socket_name);
    }

    Loop& loop_;
    asio::io_context& context_;
    std::string directory_;
    int descriptor_ = -1;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<RuntimeSocket> make_runtime_socket(Loop& loop, void* io_context,
                                                   std::string directory) {
    return std::make_unique<AsioRuntimeSocket>(loop, *static_cast<asio::io_context*>(io_context),
                                               std::move(directory));
}

}  // namespace baton::front
