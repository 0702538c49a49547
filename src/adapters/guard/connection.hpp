#pragma once

/// The agent's end of the conversation with the guard, as the port `Guard`.
/// Death is told as soon as anyone knows it: the kernel (a pidfd of the keeper,
/// believed only when the keeper left word that it saw the last descendant
/// end), or the guard; once per server.

#include "adapters/factories.hpp"
#include "adapters/guard/descriptors.hpp"
#include "adapters/guard/orders.hpp"
#include "ports/guard.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::adapters {

/// Orders that may wait for their answers at one time.
inline constexpr std::size_t orders_waiting_max = 64;
/// A guard that has not answered by then may have obeyed all the same.
inline constexpr Duration answer_patience = std::chrono::seconds{2};

class GuardConnection final : public Guard {
public:
    GuardConnection(RunningLoop& loop, Inherited inherited);
    ~GuardConnection() override;
    GuardConnection(const GuardConnection&) = delete;
    GuardConnection& operator=(const GuardConnection&) = delete;

    void start(Gone gone) override;
    void list(Done<std::vector<Supervised>> done) override;
    void launch(Launch launch, Done<Supervised> done) override;
    void kill(const std::string& name, Done<void> done) override;
    void stop(const std::string& name, Instant deadline, Done<void> done) override;
    [[nodiscard]] cluster::ProcessState look(const std::string& name) override;
    [[nodiscard]] std::optional<int> exit_code(const std::string& name) const override;

private:
    using Answered = std::function<void(Result<guard::Answer>)>;
    using Descriptor = boost::asio::posix::stream_descriptor;

    struct Waiting {
        Answered answered;
        TimerId timer = 0;
    };
    struct Known {
        guard::Entry entry;
        std::unique_ptr<Descriptor> keeper;      ///< Its pidfd; null if it could not be had.
        std::optional<std::uint64_t> cpu_ticks;  ///< At the latest look.
    };

    void order(Result<Datagram> datagram, std::uint32_t number, Answered answered);
    void plain(guard::Kind kind, const std::string& name, Instant deadline, Done<void> done);
    void finish(std::uint32_t number, Result<guard::Answer> answer);
    void wait_for_answers();
    void read_answers();
    void take(const guard::Answer& answer);
    void take_state(const guard::Answer& answer);
    void know(const guard::Entry& entry);
    void watch_keeper(const std::string& name, Known& known);
    void keeper_ended(const std::string& name, std::int64_t started);
    void note_ending(const guard::Entry& entry);
    void tell_gone(const std::string& name, std::int64_t started);

    RunningLoop& loop_;
    boost::asio::io_context& context_;
    Inherited inherited_;
    Descriptor socket_;
    int proc_;
    Gone gone_;
    std::uint32_t last_number_ = 0;
    std::map<std::uint32_t, Waiting> waiting_;
    std::map<std::string, Known> known_;
    std::map<std::string, int> endings_;        ///< As waitpid says, of the last one gone.
    std::map<std::string, std::int64_t> told_;  ///< Start of servers told before the guard said it.
    /// Shared with callbacks that may outlive this object: once it is gone, they do nothing.
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace baton::adapters
