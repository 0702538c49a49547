// Who holds the other end of a connection, asked of the real kernel.
#include "adapters/redis/connection_owner.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <unistd.h>

#include <csignal>

#include <sys/wait.h>

namespace baton::redis {
namespace {

using boost::asio::ip::tcp;

/// A process that has nothing to do with our sockets.
class Stranger {
public:
    Stranger() : pid_(::fork()) {
        if (pid_ != 0) return;
        ::close_range(3, ~0U, 0);
        ::pause();
        ::_exit(0);
    }
    ~Stranger() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Stranger(const Stranger&) = delete;
    Stranger& operator=(const Stranger&) = delete;
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

class ConnectionOwner : public testing::TestWithParam<const char*> {
protected:
    boost::asio::io_context context_;
    Stranger stranger_;  // Before any socket is opened.
    tcp::acceptor acceptor_{
        context_, tcp::endpoint{boost::asio::ip::make_address(GetParam()), 0}};
    tcp::socket client_{context_};

    [[nodiscard]] bool ends(pid_t pid) {
        return ends_in(pid, client_.remote_endpoint(), client_.local_endpoint());
    }
};

TEST_P(ConnectionOwner, IsWhoeverListensUntilItIsAccepted) {
    client_.connect(acceptor_.local_endpoint());
    EXPECT_TRUE(ends(::getpid()));
    EXPECT_FALSE(ends(stranger_.pid()));
    EXPECT_FALSE(ends(0));
}

TEST_P(ConnectionOwner, IsWhoeverAcceptedItFromThenOn) {
    client_.connect(acceptor_.local_endpoint());
    const tcp::socket accepted = acceptor_.accept();
    acceptor_.close();
    EXPECT_TRUE(ends(::getpid()));
    EXPECT_FALSE(ends(stranger_.pid()));
}

TEST_P(ConnectionOwner, IsNobodyWhereNobodyListens) {
    client_.connect(acceptor_.local_endpoint());
    const tcp::endpoint server = client_.remote_endpoint();
    const tcp::endpoint own = client_.local_endpoint();
    client_.close();
    acceptor_.close();
    EXPECT_FALSE(ends_in(::getpid(), server, own));
}

INSTANTIATE_TEST_SUITE_P(BothFamilies, ConnectionOwner, testing::Values("127.0.0.1", "::1"));

}  // namespace
}  // namespace baton::redis
