#include "adapters/audit.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

namespace baton::adapters {

namespace {

Error cannot(const char* verb, const std::string& path) {
    return unavailable(std::string{"cannot "} + verb + " " + path + ": " + std::strerror(errno));
}

/// The file itself; used by the writing thread alone once it runs.
class Lines {
public:
    Lines(std::string path, std::uint64_t bytes_max)
        : path_(std::move(path)), bytes_max_(bytes_max) {}
    ~Lines() {
        if (file_ >= 0) ::close(file_);
    }
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    Result<void> open() {
        file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file_ < 0) return cannot("open", path_);
        struct stat status {};
        if (::fstat(file_, &status) != 0) return cannot("open", path_);
        size_ = static_cast<std::uint64_t>(status.st_size);
        char last = '\n';
        if (size_ > 0) (void)!::pread(file_, &last, 1, status.st_size - 1);
        // What a crash cut short must not swallow the next line.
        return last == '\n' ? Result<void>{success()} : append("\n");
    }

    Result<void> append(const std::string& text) {
        if (size_ > 0 && size_ + text.size() > bytes_max_) {
            BATON_TRY(rotate());
        }
        if (file_ < 0) {
            BATON_TRY(open());
        }
        const ssize_t count = ::write(file_, text.data(), text.size());
        if (count < 0) return cannot("write", path_);
        if (static_cast<std::size_t>(count) < text.size()) return take_back(count);
        size_ += text.size();
        return success();
    }

    Result<void> sync() {
        if (::fdatasync(file_) == 0) return success();
        return cannot("sync", path_);
    }

    [[nodiscard]] std::vector<std::string> newest(std::size_t limit) const {
        std::deque<std::string> kept;
        for (const std::string& path : {path_ + ".1", path_}) {
            std::ifstream in{path};
            for (std::string line; std::getline(in, line);) {
                kept.push_back(std::move(line));
                if (kept.size() > limit) kept.pop_front();
            }
        }
        return {std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end())};
    }

private:
    /// Half a line would swallow the next one.
    Result<void> take_back(ssize_t count) {
        if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) {
            size_ += static_cast<std::uint64_t>(count);
        }
        return unavailable("cannot write " + path_ + ": there is no room for a whole line");
    }

    Result<void> rotate() {
        BATON_TRY(sync());
        ::close(std::exchange(file_, -1));
        if (std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0) return cannot("rename", path_);
        return open();
    }

    std::string path_;
    std::uint64_t bytes_max_;
    std::uint64_t size_ = 0;
    int file_ = -1;
};

class ThreadedAuditFile final : public AuditFile {
public:
    ThreadedAuditFile(Loop& loop, std::unique_ptr<Lines> lines)
        : loop_(loop), lines_(std::move(lines)), thread_([this] { work(); }) {}
    ~ThreadedAuditFile() override {
        {
            const std::scoped_lock lock(mutex_);
            ending_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    ThreadedAuditFile(const ThreadedAuditFile&) = delete;
    ThreadedAuditFile& operator=(const ThreadedAuditFile&) = delete;

    void keep(std::string line, Done<void> done) override {
        if (put({std::move(line) + "\n", 0, done, nullptr})) return;
        loop_.post([done] { done(unavailable("too many changes wait to be recorded")); });
    }
    void newest(std::size_t limit, Done<std::vector<std::string>> done) override {
        if (put({{}, limit, nullptr, done})) return;
        loop_.post([done] { done(unavailable("too many changes wait to be recorded")); });
    }

private:
    struct Task {
        std::string text;
        std::size_t limit = 0;
        Done<void> kept;  ///< Of a line to write.
        Done<std::vector<std::string>> read;
    };

    bool put(Task task) {
        {
            const std::scoped_lock lock(mutex_);
            if (tasks_.size() >= audit_queue_max) return false;
            tasks_.push_back(std::move(task));
        }
        wake_.notify_one();
        return true;
    }

    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            const auto tasks = std::exchange(tasks_, {});
            lock.unlock();
            carry_out(tasks);
            lock.lock();
        }
    }

    /// What waited together is synced once.
    void carry_out(const std::deque<Task>& tasks) {
        std::vector<std::pair<Done<void>, Result<void>>> written;
        for (const Task& task : tasks) {
            if (task.kept) written.emplace_back(task.kept, lines_->append(task.text));
        }
        const Result<void> synced = written.empty() ? Result<void>{success()} : lines_->sync();
        for (const auto& [kept, outcome] : written) {
            const Result<void> both = outcome ? synced : outcome;
            loop_.post([done = kept, both] { done(both); });
        }
        for (const Task& task : tasks) {
            if (!task.read) continue;
            loop_.post([done = task.read, lines = lines_->newest(task.limit)] { done(lines); });
        }
    }

    Loop& loop_;
    std::unique_ptr<Lines> lines_;
    std::mutex mutex_;  ///< Of what follows.
    std::condition_variable wake_;
    std::deque<Task> tasks_;
    bool ending_ = false;
    std::thread thread_;  ///< Last: it uses everything above.
};

}  // namespace

Result<std::unique_ptr<AuditFile>> open_audit(Loop& loop, const std::string& path,
                                              std::uint64_t bytes_max) {
    auto lines = std::make_unique<Lines>(path, bytes_max);
    BATON_TRY(lines->open());
    return std::unique_ptr<AuditFile>{std::make_unique<ThreadedAuditFile>(loop, std::move(lines))};
}

}  // namespace baton::adapters
