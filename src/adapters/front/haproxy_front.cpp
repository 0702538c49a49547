#include "adapters/front/haproxy_front.hpp"

#include "adapters/front/front_files.hpp"
#include "adapters/front/render_haproxy.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace baton::front {

namespace {

/// How often a starting or ending HAProxy is looked at.
constexpr Duration look_interval = std::chrono::milliseconds{5};
/// Time HAProxy gets to end before it is killed; its connections end with it.
constexpr Duration stop_grace = std::chrono::milliseconds{500};

struct Wish {
    std::vector<FrontRoute> routes;
    Instant deadline;
    Done<void> done;
};

class HaproxyFront final : public Front {
public:
    HaproxyFront(Loop& loop, Guard& guard, adapters::FrontOptions options,
                 std::unique_ptr<RuntimeSocket> socket)
        : loop_(loop), guard_(guard), options_(std::move(options)), socket_(std::move(socket)) {}
    ~HaproxyFront() override { loop_.cancel(timer_); }

    void apply(std::vector<FrontRoute> routes, Instant deadline, Done<void> done) override;

private:
    [[nodiscard]] Result<void> check_epochs(const std::vector<FrontRoute>& routes);
    void begin(Wish wish);
    void look();
    void looked(const Result<std::string>& answer);
    void close_all(bool running);
    void adjust(const Traffic& now, bool fresh);
    void verify(const std::string& answer);
    void prepare(bool running);
    void checked(const Result<std::string>& answer, bool running);
    void await_end();
    void launch();
    void await_start();
    void look_for_process();
    void finish(Result<void> result);

    /// A callback that does nothing once this object is gone: the guard lives longer.
    template <typename Call>
    auto if_alive(Call call) {
        return [weak = std::weak_ptr<bool>(alive_), call = std::move(call)](auto&&... arguments) {
            if (weak.lock()) call(std::forward<decltype(arguments)>(arguments)...);
        };
    }
    void after_a_while(std::function<void()> action) {
        timer_ = loop_.at(loop_.now() + look_interval, std::move(action));
    }
    [[nodiscard]] bool late() const { return loop_.now() + look_interval >= wish_->deadline; }
    [[nodiscard]] Surroundings around() const {
        const bool shared =
            socket_directory(options_.directory, options_.run_as) != options_.directory;
        return {options_.lease, shared ? options_.run_as : "", options_.ca_file};
    }
    [[nodiscard]] std::string path(const char* name) const {
        return options_.directory + "/" + name;
    }

    Loop& loop_;
    Guard& guard_;
    adapters::FrontOptions options_;
    std::unique_ptr<RuntimeSocket> socket_;
    std::optional<Wish> wish_;  ///< Under way.
    std::optional<Wish> next_;  ///< Waits for it.
    std::map<GroupId, Epoch> epochs_;
    std::string proven_;  ///< Mark of the last topology that HAProxy was seen running with.
    std::string binary_;
    std::size_t log_size_ = 0;
    TimerId timer_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

void HaproxyFront::apply(std::vector<FrontRoute> routes, Instant deadline, Done<void> done) {
    if (const auto fine = check_epochs(routes); !fine) {
        return loop_.post([done, error = fine.error()] { done(error); });
    }
    Wish wish{std::move(routes), deadline, std::move(done)};
    if (!wish_) return begin(std::move(wish));
    if (next_) {
        loop_.post([old = std::move(next_->done)] {
            old(conflict("newer routes replaced these before they were applied"));
        });
    }
    next_ = std::move(wish);
}

Result<void> HaproxyFront::check_epochs(const std::vector<FrontRoute>& routes) {
    for (const FrontRoute& route : routes) {
        const Epoch known = epochs_[route.group];
        if (route.epoch >= known) continue;
        return conflict("group " + route.group.text + ": routes of epoch " +
                        std::to_string(route.epoch.value) + " refused, epoch " +
                        std::to_string(known.value) + " was applied");
    }
    for (const FrontRoute& route : routes) epochs_[route.group] = route.epoch;
    return success();
}

void HaproxyFront::begin(Wish wish) {
    wish_ = std::move(wish);
    look();
}

void HaproxyFront::finish(Result<void> result) {
    Wish wish = std::move(*wish_);
    wish_.reset();
    if (next_) begin(std::move(*std::exchange(next_, std::nullopt)));
    wish.done(std::move(result));
}

void HaproxyFront::look() {
    socket_->ask({"show info", "show servers state"}, wish_->deadline,
                 if_alive([this](const Result<std::string>& answer) { looked(answer); }));
}

void HaproxyFront::looked(const Result<std::string>& answer) {
    if (wanted_traffic(wish_->routes).empty()) return close_all(answer.has_value());
    if (!answer) {
        if (answer.error().kind == ErrorKind::unavailable) {
            return prepare(forget_other_socket(options_.directory, options_.run_as));
        }
        return finish(answer.error());
    }
    const Running running = read_running(answer.value());
    proven_ = running.mark;
    if (running.mark != topology_mark(wish_->routes, around())) return prepare(true);
    adjust(running.traffic, false);
}

/// HAProxy does not run without a door.
void HaproxyFront::close_all(bool running) {
    if (!running) return finish(success());
    guard_.stop(process_name, std::min(wish_->deadline, loop_.now() + stop_grace),
                if_alive([this](Result<void> stopped) { finish(std::move(stopped)); }));
}

/// The file stays as it is: it is written anew before each start, and a disk that stalls
/// must hold up nobody here.
void HaproxyFront::adjust(const Traffic& now, bool fresh) {
    auto commands = runtime_commands(now, wanted_traffic(wish_->routes), fresh);
    if (commands.empty()) return finish(success());
    commands.emplace_back("show servers state");
    socket_->ask(std::move(commands), wish_->deadline,
                 if_alive([this](const Result<std::string>& answer) {
                     if (!answer) return finish(answer.error());
                     verify(answer.value());
                 }));
}

void HaproxyFront::verify(const std::string& answer) {
    const Traffic now = read_running(answer).traffic;
    for (const auto& [slot, open] : wanted_traffic(wish_->routes)) {
        const auto found = now.find(slot);
        if (found != now.end() && found->second == open) continue;
        return finish(outcome_unknown("HAProxy did not obey: " + slot.first + "/" + slot.second +
                                      " should be " + (open ? "open" : "closed")));
    }
    finish(success());
}

/// Other ports or servers than the running one has, or none is running: the
/// new file is checked before anything is stopped.
void HaproxyFront::prepare(bool running) {
    auto made = make_directories(options_.directory, options_.run_as);
    if (made) {
        made = replace_file(path("front.cfg.new"), render_configuration(wish_->routes, around()),
                            options_.run_as);
    }
    if (!made) return finish(made.error());
    const auto binary = find_haproxy(options_.binary);
    if (!binary) return finish(binary.error());
    binary_ = binary.value();
    // What ran before needs no second check: a killed front comes back sooner.
    if (!running && topology_mark(wish_->routes, around()) == proven_) return launch();
    socket_->run(
        {binary_, "-c", "-f", "front.cfg.new"}, options_.directory, wish_->deadline,
        if_alive([this, running](const Result<std::string>& answer) { checked(answer, running); }));
}

void HaproxyFront::checked(const Result<std::string>& answer, bool running) {
    if (!answer) {
        const bool bad = answer.error().kind == ErrorKind::refused;
        return finish(bad ? explain_failure(answer.error().message) : answer.error());
    }
    if (!running) return launch();
    guard_.stop(process_name, std::min(wish_->deadline, loop_.now() + stop_grace),
                if_alive([this](const Result<void>& stopped) {
                    if (!stopped) return finish(stopped.error());
                    await_end();
                }));
}

void HaproxyFront::await_end() {
    guard_.list(if_alive([this](const Result<std::vector<Supervised>>& list) {
        if (!list) return finish(list.error());
        const auto& all = list.value();
        const bool there = std::any_of(all.begin(), all.end(), [](const Supervised& one) {
            return one.name == process_name && one.pid != 0;
        });
        if (!there) return launch();
        if (late()) return finish(outcome_unknown("the old HAProxy did not end in time"));
        after_a_while([this] { await_end(); });
    }));
}

void HaproxyFront::launch() {
    const std::string text = render_configuration(wish_->routes, around());
    if (const auto written = replace_file(path("front.cfg"), text, options_.run_as); !written) {
        return finish(written.error());
    }
    log_size_ = size_of(path("front.log"));
    Launch launch;
    launch.name = process_name;
    launch.arguments = {binary_, "-db", "-f", "front.cfg"};
    launch.directory = options_.directory;
    launch.run_as = options_.run_as;
    launch.log_file = path("front.log");
    guard_.launch(std::move(launch), if_alive([this](const Result<Supervised>& launched) {
                      if (!launched) return finish(launched.error());
                      await_start();
                  }));
}

void HaproxyFront::await_start() {
    socket_->ask({"show info", "show servers state"}, wish_->deadline,
                 if_alive([this](const Result<std::string>& answer) {
                     if (!answer) return look_for_process();
                     const Running running = read_running(answer.value());
                     if (running.mark == topology_mark(wish_->routes, around())) {
                         proven_ = running.mark;
                         return adjust(running.traffic, true);
                     }
                     look_for_process();
                 }));
}

void HaproxyFront::look_for_process() {
    guard_.list(if_alive([this](const Result<std::vector<Supervised>>& list) {
        if (!list) return finish(list.error());
        const auto& all = list.value();
        const bool there = std::any_of(all.begin(), all.end(), [](const Supervised& one) {
            return one.name == process_name && one.pid != 0;
        });
        if (!there) return finish(explain_failure(read_from(path("front.log"), log_size_)));
        if (late()) {
            return finish(outcome_unknown("HAProxy runs, but its administration socket " +
                                          path("front.sock") + " does not answer"));
        }
        after_a_while([this] { await_start(); });
    }));
}

}  // namespace

std::unique_ptr<Front> make_haproxy_front(Loop& loop, Guard& guard, adapters::FrontOptions options,
                                          std::unique_ptr<RuntimeSocket> socket) {
    return std::make_unique<HaproxyFront>(loop, guard, std::move(options), std::move(socket));
}

}  // namespace baton::front

namespace baton::adapters {

std::unique_ptr<Front> make_haproxy(RunningLoop& loop, Guard& guard, FrontOptions options) {
    auto socket = front::make_runtime_socket(
        loop, loop.io_context(), front::socket_directory(options.directory, options.run_as));
    return front::make_haproxy_front(loop, guard, std::move(options), std::move(socket));
}

}  // namespace baton::adapters
