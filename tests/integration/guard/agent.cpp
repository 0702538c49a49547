#include "program.hpp"

#include "adapters/factories.hpp"
#include "guard/memory.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <thread>

namespace baton::guard_test {

namespace {

using Words = std::vector<std::string>;

/// The test's end of the conversation.
class Line {
public:
    explicit Line(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ::_exit(71);
        }
    }

    void say(const std::string& text) const {
        const std::string line = text + "\n";
        if (::write(socket_, line.data(), line.size()) < 0) ::_exit(0);
    }

    /// Empty at the end.
    std::string next() {
        std::string line;
        char letter = 0;
        while (::read(socket_, &letter, 1) == 1) {
            if (letter == '\n') return line;
            line.push_back(letter);
        }
        return {};
    }

private:
    int socket_;
};

class Agent {
public:
    Agent(adapters::RunningLoop& loop, adapters::GuardEnds ends, int raw, Line& line)
        : loop_(loop), ends_(std::move(ends)), raw_(raw), line_(line) {
        ends_.guard->start([this](const std::string& name) { line_.say("gone " + name); });
    }

    void obey(const Words& words) {
        const auto& verb = words[0];
        const std::string name = words.size() > 1 ? words[1] : "";
        const Duration time =
            std::chrono::milliseconds(words.size() > 2 ? std::atoi(words[2].c_str()) : 0);
        if (verb == "launch") return launch(words);
        if (verb == "list") return list();
        if (verb == "kill") return ends_.guard->kill(name, answer());
        if (verb == "stop") return ends_.guard->stop(name, loop_.now() + time, answer());
        if (verb == "set") ends_.deadlines->set(name, loop_.now() + time);
        if (verb == "clear") ends_.deadlines->clear(name);
        if (verb == "exit") ::_exit(std::atoi(name.c_str()));
        if (verb == "child" && ::fork() == 0) ::_exit(run_server({"pid=" + name}));
        if (verb == "garbage") send_garbage();
        if (verb == "look") return line_.say(std::string{text_of(ends_.guard->look(name))});
        if (verb == "verified") return line_.say(ends_.deadlines->verified() ? "yes" : "no");
        if (verb == "closed") return line_.say(std::to_string(ends_.deadlines->lateness().closed));
        line_.say("ok");
    }

private:
    static const char* text_of(cluster::ProcessState state) {
        switch (state) {
            case cluster::ProcessState::absent: return "absent";
            case cluster::ProcessState::running: return "running";
            case cluster::ProcessState::busy: return "busy";
            case cluster::ProcessState::frozen: return "frozen";
        }
        return "";
    }

    static std::string text_of(const Error& error) {
        return "error " + std::string{name_of(error.kind)} + " " + error.message;
    }

    Done<void> answer() {
        return [this](Result<void> result) { line_.say(result ? "ok" : text_of(result.error())); };
    }

    /// launch NAME DIRECTORY LOG USER ARGUMENT...; "-" for no user.
    void launch(const Words& words) {
        Launch launch{words[1], {words.begin() + 5, words.end()}, {"GIVEN=yes"},
                      words[2], words[4] == "-" ? "" : words[4],  words[3]};
        ends_.guard->launch(std::move(launch), [this](Result<Supervised> result) {
            line_.say(result ? "pid " + std::to_string(result.value().pid)
                             : text_of(result.error()));
        });
    }

    void list() {
        ends_.guard->list([this](Result<std::vector<Supervised>> result) {
            if (!result) return line_.say(text_of(result.error()));
            std::string text = "list";
            for (const auto& server : result.value()) {
                text += " " + server.name + "=" + std::to_string(server.pid);
            }
            line_.say(text);
        });
    }

    /// Every length up to 300, then something far too long.
    void send_garbage() const {
        std::vector<char> bytes(100'000, '\x7f');
        for (std::size_t length = 1; length < 300; ++length) {
            ::send(raw_, bytes.data(), length, MSG_NOSIGNAL);
        }
        ::send(raw_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }

    adapters::RunningLoop& loop_;
    adapters::GuardEnds ends_;
    int raw_;
    Line& line_;
};

}  // namespace

int run_agent(const std::vector<std::string>& arguments) {
    const char* descriptor = std::getenv(guard::socket_variable);
    const int raw = descriptor == nullptr ? -1 : std::atoi(descriptor);
    const auto loop = adapters::make_loop();
    auto ends = adapters::connect_guard(*loop);
    if (!ends) {
        std::fprintf(stderr, "%s\n", ends.error().message.c_str());
        return 70;
    }
    Line line{arguments.at(0)};
    Agent agent{*loop, std::move(ends.value()), raw, line};
    line.say("hello " + std::to_string(::getpid()));
    std::thread reader{[&] {
        for (std::string text = line.next(); !text.empty(); text = line.next()) {
            std::istringstream stream{text};
            const Words words{std::istream_iterator<std::string>{stream}, {}};
            loop->post([&agent, words] { agent.obey(words); });
        }
    }};
    loop->run();
    reader.join();
    return 0;
}

}  // namespace baton::guard_test
