#include "adapters/tls/handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace baton::adapters::tls {

namespace asio = boost::asio;
using boost::system::error_code;

std::string address_of(const Tcp::socket& socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? "an address that is already gone" : endpoint.address().to_string();
}

void Handshake::start(Duration deadline, Done done) {
    done_ = std::move(done);
    timer_.expires_after(deadline);
    timer_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) self->finish(unavailable("no whole handshake in time"));
    });
    flush();
}

void Handshake::abandon() {
    done_ = nullptr;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

void Handshake::flush() {
    output_ = session_->seal({});
    if (output_.empty()) return session_->established() ? finish(success()) : receive();
    asio::async_write(socket_, asio::buffer(output_),
                      [self = shared_from_this()](error_code error, std::size_t /*count*/) {
                          if (!self->done_) return;
                          if (error) return self->finish(unavailable("it hung up"));
                          self->flush();
                      });
}

void Handshake::receive() {
    socket_.async_read_some(asio::buffer(input_),
                            [self = shared_from_this()](error_code error, std::size_t count) {
                                if (!self->done_) return;
                                if (error) return self->finish(unavailable("it hung up"));
                                self->take(count);
                            });
}

void Handshake::take(std::size_t count) {
    auto plain = session_->open(std::string_view{input_.data(), count});
    if (plain) {
        received_ += plain.value();
        return flush();
    }
    // The alert that tells the other side why; whoever does not read it, does not.
    const std::string alert = session_->seal({});
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.write_some(asio::buffer(alert), ignored);
    finish(std::move(plain).error());
}

void Handshake::finish(Result<void> outcome) {
    const Done done = std::exchange(done_, nullptr);
    if (!done) return;
    timer_.cancel();
    const auto self = shared_from_this();
    done(*this, std::move(outcome));
    error_code ignored;
    socket_.close(ignored);
}

SecureConnection Handshake::hand_over(asio::io_context& context) {
    error_code error;
    const auto protocol = socket_.local_endpoint(error).protocol();
    const auto handle = socket_.release(error);
    auto moved = std::make_shared<Tcp::socket>(context);
    moved->assign(protocol, handle, error);
    return {std::move(moved), session_, std::move(received_)};
}

}  // namespace baton::adapters::tls
