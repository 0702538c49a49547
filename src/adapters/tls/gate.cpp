#include "adapters/tls/credentials.hpp"
#include "adapters/tls/entrance.hpp"
#include "adapters/tls/handshake.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <sys/resource.h>

#include <ctime>
#include <future>
#include <thread>
#include <utility>

namespace baton::adapters {

namespace tls {

namespace {

namespace asio = boost::asio;

/// The kernel prefers renewals and whoever serves to strangers' handshakes.
constexpr int niceness = 5;
/// From here on the end of a certificate is worth a word each day.
constexpr std::int64_t warned_before_seconds = 30 * 86'400;
constexpr std::int64_t warned_again_seconds = 86'400;

class OpenEntrance final : public OpenDoor {
public:
    OpenEntrance(asio::io_context& gate, std::shared_ptr<Entrance> entrance)
        : gate_(gate), entrance_(std::move(entrance)) {}
    /// Waits: who opens a door on the same port next must find it free.
    ~OpenEntrance() override {
        std::promise<void> closed;
        asio::post(gate_, [this, &closed] {
            entrance_->close();
            closed.set_value();
        });
        closed.get_future().wait();
    }
    OpenEntrance(const OpenEntrance&) = delete;
    OpenEntrance& operator=(const OpenEntrance&) = delete;

private:
    asio::io_context& gate_;
    std::shared_ptr<Entrance> entrance_;
};

class TlsGate final : public Gate {
public:
    TlsGate(std::unique_ptr<Credentials> credentials, std::function<void(Event)> report)
        : credentials_(std::move(credentials)), report_(std::move(report)) {
        look();
        thread_ = std::thread([this] {
            (void)::setpriority(PRIO_PROCESS, 0, niceness);  // 0: this thread alone.
            context_.run();
        });
    }
    ~TlsGate() override {
        context_.stop();
        thread_.join();
    }
    TlsGate(const TlsGate&) = delete;
    TlsGate& operator=(const TlsGate&) = delete;

    std::unique_ptr<OpenDoor> open(Tcp::acceptor listening, DoorOptions options) override {
        boost::system::error_code ignored;
        const auto protocol = listening.local_endpoint(ignored).protocol();
        Tcp::acceptor moved(context_);
        moved.assign(protocol, listening.release(ignored), ignored);
        auto entrance =
            std::make_shared<Entrance>(std::move(moved), std::move(options), *credentials_);
        asio::post(context_, [entrance] { entrance->accept(); });
        return std::make_unique<OpenEntrance>(context_, std::move(entrance));
    }

    void shake(Dialled dialled, std::function<void(Result<SecureConnection>)> done) override {
        boost::system::error_code ignored;
        const auto protocol = dialled.socket.local_endpoint(ignored).protocol();
        Tcp::socket moved(context_);
        moved.assign(protocol, dialled.socket.release(ignored), ignored);
        auto handshake =
            std::make_shared<Handshake>(std::move(moved), credentials_->dial(dialled.node));
        asio::post(context_, [handshake, deadline = dialled.deadline, &loop = dialled.loop,
                              &context = dialled.context, done = std::move(done)]() mutable {
            handshake->start(deadline, [&loop, &context, done = std::move(done)](
                                           Handshake& finished, const Result<void>& outcome) {
                Result<SecureConnection> answer = SecureConnection{};
                if (outcome) {
                    answer = finished.hand_over(context);
                } else {
                    answer = outcome.error();
                }
                loop.post([done, answer] { done(answer); });
            });
        });
    }

    [[nodiscard]] std::int64_t expires() const override { return credentials_->expires(); }

private:
    void look() {
        const auto changed = credentials_->refresh();
        if (!changed) {
            complain(changed.error().message);
        } else {
            complaint_.clear();
            if (changed.value()) welcome();
        }
        warn();
        timer_.expires_after(certificate_poll);
        timer_.async_wait([this](boost::system::error_code error) {
            if (!error) look();
        });
    }

    void welcome() {
        report_({Severity::info,
                 "tls.reloaded",
                 "a new certificate is in use, valid until " + day_of(credentials_->expires()),
                 {}});
    }

    /// Once per reason: half a renewal is read again a moment later.
    void complain(const std::string& why) {
        if (std::exchange(complaint_, why) == why) return;
        report_({Severity::error,
                 "tls.not_reloaded",
                 "the certificate's files were changed but cannot be used, so the old one stays: " +
                     why,
                 {}});
    }

    void warn() {
        const std::int64_t now = std::time(nullptr);
        if (credentials_->expires() - now > warned_before_seconds) return;
        if (now - warned_at_ < warned_again_seconds) return;
        warned_at_ = now;
        report_({Severity::warning,
                 "tls.expires",
                 "this node's certificate ends on " + day_of(credentials_->expires()) +
                     "; from then on no connection can be made: baton tls renew",
                 {}});
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    asio::steady_timer timer_{context_};
    std::unique_ptr<Credentials> credentials_;
    std::function<void(Event)> report_;
    std::string complaint_;
    std::int64_t warned_at_ = 0;
    std::thread thread_;
};

}  // namespace

}  // namespace tls

Result<std::unique_ptr<Gate>> make_gate(const CertificateFiles& files, const NodeId& self,
                                        std::function<void(Event)> report) {
    BATON_TRY(auto credentials, tls::Credentials::load(files, self));
    return std::unique_ptr<Gate>{
        std::make_unique<tls::TlsGate>(std::move(credentials), std::move(report))};
}

}  // namespace baton::adapters
