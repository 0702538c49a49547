#include "adapters/tls/entrance.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

namespace baton::adapters::tls {

using boost::system::error_code;

namespace {

Instant steady_now() {
    return Instant{std::chrono::steady_clock::now().time_since_epoch()};
}

}  // namespace

Entrance::Entrance(Tcp::acceptor acceptor, DoorOptions options, Credentials& credentials)
    : acceptor_(std::move(acceptor)),
      pause_(acceptor_.get_executor()),
      quiet_(acceptor_.get_executor()),
      options_(std::move(options)),
      credentials_(credentials),
      pace_(options_.handshakes_per_second) {}

void Entrance::close() {
    closed_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    quiet_.cancel();
    for (const auto& handshake : std::exchange(under_way_, {})) handshake->abandon();
}

void Entrance::accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, Tcp::socket socket) {
        if (self->closed_) return;
        if (!error) {
            self->begin(std::move(socket));
            return self->accept();
        }
        self->pause_.expires_after(accept_pause);
        self->pause_.async_wait([self](error_code cancelled) {
            if (!cancelled && !self->closed_) self->accept();
        });
    });
}

void Entrance::begin(Tcp::socket socket) {
    const std::string from = address_of(socket);
    if (!pace_.may_begin(from, steady_now())) {
        return turn_away(from + " connects more often than " +
                         std::to_string(options_.handshakes_per_second) + " times a second");
    }
    make_room();
    (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    under_way_.push_back(
        std::make_shared<Handshake>(std::move(socket), credentials_.answer(options_.door)));
    under_way_.back()->start(options_.handshake_deadline,
                             [self = shared_from_this()](Handshake& handshake, auto outcome) {
                                 self->ended(handshake, outcome);
                             });
}

/// The oldest gives way: who means it is through in a few milliseconds, and a
/// flood so only displaces itself.
void Entrance::make_room() {
    if (under_way_.size() < options_.handshakes_max) return;
    const auto oldest = under_way_.front();
    under_way_.pop_front();
    turn_away("a handshake with " + address_of(oldest->socket()) + " was displaced: " +
              std::to_string(options_.handshakes_max) + " others were under way");
    oldest->abandon();
}

void Entrance::ended(Handshake& handshake, const Result<void>& outcome) {
    std::erase_if(under_way_, [&](const auto& other) { return other.get() == &handshake; });
    if (closed_) return;
    if (!outcome) {
        return turn_away("the handshake with " + address_of(handshake.socket()) +
                         " failed: " + outcome.error().message);
    }
    options_.loop.post(
        [admitted = options_.admitted, connection = handshake.hand_over(options_.context)] {
            admitted(connection);
        });
}

void Entrance::turn_away(const std::string& reason) {
    ++refused_;
    reason_ = reason;
    if (!quiet_now_) tell();
}

void Entrance::tell() {
    options_.loop.post([refused = options_.refused, count = std::exchange(refused_, 0),
                        reason = reason_] { refused(count, reason); });
    quiet_now_ = true;
    quiet_.expires_after(refusal_pause);
    quiet_.async_wait([self = shared_from_this()](error_code error) {
        if (error || self->closed_) return;
        self->quiet_now_ = false;
        if (self->refused_ > 0) self->tell();
    });
}

}  // namespace baton::adapters::tls
