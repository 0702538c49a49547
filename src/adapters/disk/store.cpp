#include "adapters/disk/recovery.hpp"
#include "adapters/factories.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>

namespace baton::adapters {
namespace {

/// Requests waiting for the disk. More means that the disk has stopped, long
/// after the owner should have noticed by `stalled_for`.
constexpr std::size_t requests_waiting_max = 4096;

struct Join {
    ClusterId cluster;
    raft::Snapshot first;
};

struct CloseEpoch {
    GroupId group;
    Epoch epoch;
};

struct Request {
    std::variant<raft::Persist, Join, CloseEpoch> what;
    Done<void> done;
};

struct Answer {
    Done<void> done;
    Result<void> result;
};

/// What needs a file of its own; earlier answers do not wait for it.
bool is_slow(const Request& request) {
    const auto* persist = std::get_if<raft::Persist>(&request.what);
    return persist == nullptr || persist->snapshot;
}

/// One thread writes; requests that arrive while it does are made durable
/// together by the next write.
class Store final : public LogStore {
public:
    Store(Loop& loop, std::unique_ptr<disk::FsyncTimer> timer, disk::Opened opened)
        : loop_(loop),
          timer_(std::move(timer)),
          lock_(std::move(opened.lock)),
          writer_(std::move(opened.writer)),
          thread_([this] { run(); }) {}

    ~Store() override {
        *alive_ = false;
        {
            const std::lock_guard guard{mutex_};
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    void save(raft::Persist persist, Done<void> done) override {
        enqueue({.what = std::move(persist), .done = std::move(done)});
    }
    void join(ClusterId cluster, raft::Snapshot first, Done<void> done) override {
        enqueue({.what = Join{std::move(cluster), std::move(first)}, .done = std::move(done)});
    }
    void close_epoch(GroupId group, Epoch epoch, Done<void> done) override {
        enqueue({.what = CloseEpoch{std::move(group), epoch}, .done = std::move(done)});
    }
    [[nodiscard]] Duration stalled_for(Instant now) const override {
        return timer_->stalled_for(now);
    }

private:
    /// A request that finds no room is lost, so none after it may be written.
    void enqueue(Request request) {
        {
            const std::lock_guard guard{mutex_};
            overflowed_ = overflowed_ || waiting_.size() >= requests_waiting_max;
            if (!overflowed_) {
                waiting_.push_back(std::move(request));
                wake_.notify_one();
                return;
            }
        }
        std::vector<Answer> answers;
        answers.push_back(
            {std::move(request.done),
             unavailable("the disk has not kept up: " + std::to_string(requests_waiting_max) +
                         " writes wait for it. Restart the agent once it answers")});
        post(std::move(answers));
    }

    void run() {
        while (true) {
            std::deque<Request> requests;
            {
                std::unique_lock guard{mutex_};
                wake_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
                if (stopping_) {
                    return;
                }
                requests.swap(waiting_);
            }
            write(std::move(requests));
        }
    }

    void write(std::deque<Request> requests) {
        std::vector<Answer> answers;
        for (Request& request : requests) {
            if (is_slow(request)) {
                settle(answers);
            }
            Result<void> result = failed_ ? Result<void>{*failed_} : perform(request);
            answers.push_back({std::move(request.done), remembered(std::move(result))});
        }
        settle(answers);
    }

    /// Makes durable what was taken in and answers it. Where the write fails,
    /// nothing of it counts.
    void settle(std::vector<Answer>& answers) {
        const Result<void> flushed =
            failed_ ? Result<void>{*failed_} : remembered(writer_->flush());
        for (Answer& answer : answers) {
            if (answer.result && !flushed) {
                answer.result = flushed;
            }
        }
        if (!answers.empty()) {
            post(std::exchange(answers, {}));
        }
    }

    Result<void> perform(const Request& request) {
        if (const auto* join = std::get_if<Join>(&request.what)) {
            return writer_->join(join->cluster, join->first);
        }
        if (const auto* close = std::get_if<CloseEpoch>(&request.what)) {
            return writer_->close_epoch(close->group, close->epoch);
        }
        return writer_->save(std::get<raft::Persist>(request.what));
    }

    /// After a failed write nothing is known about the files until they are
    /// read again. A refusal touched none.
    Result<void> remembered(Result<void> result) {
        if (!failed_ && !result && result.error().kind != ErrorKind::refused) {
            result = unavailable(result.error().message +
                                 ". Nothing is stored from now on; make the disk usable");
            failed_ = result.error();
        }
        return result;
    }

    void post(std::vector<Answer> answers) {
        loop_.post([alive = alive_, answers = std::move(answers)] {
            for (const Answer& answer : answers) {
                if (*alive && answer.done) {
                    answer.done(answer.result);
                }
            }
        });
    }

    Loop& loop_;
    std::unique_ptr<disk::FsyncTimer> timer_;
    disk::Descriptor lock_;
    /// Shared with answers under way, which may be called after the store is
    /// gone; read and written on the loop's thread only.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Request> waiting_;  ///< At most `requests_waiting_max`.
    bool stopping_ = false;
    bool overflowed_ = false;

    // Used by the thread only.
    std::unique_ptr<disk::Writer> writer_;
    std::optional<Error> failed_;

    std::thread thread_;  ///< Last, so that it starts when everything else is there.
};

}  // namespace

Result<OpenedStore> open_log_store(Loop& loop, const std::string& directory, NodeId node,
                                   std::uint64_t entropy) {
    auto timer = std::make_unique<disk::FsyncTimer>();
    BATON_TRY(auto opened, disk::open_directory({.directory = directory, .node = std::move(node)},
                                                entropy, *timer));
    OpenedStore store;
    store.recovered = std::move(opened.recovered);
    store.warnings = std::move(opened.warnings);
    store.fsync = timer.get();
    store.store = std::make_unique<Store>(loop, std::move(timer), std::move(opened));
    return store;
}

}  // namespace baton::adapters
