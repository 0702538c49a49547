// The messages that the kernel gets, and how its answers are read.
#include "adapters/kernel_lease/batch.hpp"

#include <gtest/gtest.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstring>

namespace baton::kernel_lease {
namespace {

using std::chrono::milliseconds;

struct Header {
    unsigned type = 0;
    unsigned flags = 0;
    std::uint32_t number = 0;
};

std::vector<Header> headers_of(const Batch& batch) {
    std::vector<Header> headers;
    for (std::size_t at = 0; at < batch.bytes.size();) {
        nlmsghdr message{};
        std::memcpy(&message, batch.bytes.data() + at, sizeof message);
        headers.push_back({message.nlmsg_type & 0xFFU, message.nlmsg_flags, message.nlmsg_seq});
        at += NLMSG_ALIGN(message.nlmsg_len);
    }
    return headers;
}

std::vector<char> answer(std::uint32_t number, int error) {
    struct {
        nlmsghdr header;
        nlmsgerr body;
    } message{};
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = NLMSG_ERROR;
    message.header.nlmsg_seq = number;
    message.body.error = -error;
    const void* raw = &message;
    const char* bytes = static_cast<const char*>(raw);
    return {bytes, bytes + sizeof message};
}

Batch example() {
    const std::vector<Change> changes{{Change::Verb::add, "first", 6379},
                                      {Change::Verb::remove, "first", 6379},
                                      {Change::Verb::add, "first", 6379, milliseconds{640}}};
    return batch_of("baton/shop/a/1", changes, 7);
}

TEST(Batch, IsOneTransactionWhoseLastChangeIsAcknowledged) {
    const Batch batch = example();
    const auto headers = headers_of(batch);
    ASSERT_EQ(headers.size(), 5U);
    EXPECT_EQ(headers[0].type, NFNL_MSG_BATCH_BEGIN & 0xFFU);
    EXPECT_EQ(headers[1].type, static_cast<unsigned>(NFT_MSG_NEWSETELEM));
    EXPECT_EQ(headers[2].type, static_cast<unsigned>(NFT_MSG_DELSETELEM));
    EXPECT_EQ(headers[3].type, static_cast<unsigned>(NFT_MSG_NEWSETELEM));
    EXPECT_EQ(headers[4].type, NFNL_MSG_BATCH_END & 0xFFU);
    for (std::size_t place = 0; place < headers.size(); ++place) {
        EXPECT_EQ(headers[place].number, 7 + place);
        EXPECT_EQ((headers[place].flags & NLM_F_ACK) != 0, place == 3);
    }
    EXPECT_EQ(batch.first, 7U);
    EXPECT_EQ(batch.last, 10U);
}

TEST(Batch, HoldsAThousandPorts) {
    const std::vector<Change> changes(1000, {Change::Verb::add, "second", 1, milliseconds{9}});
    const Batch batch = batch_of("baton/shop/a/1", changes, 1);
    EXPECT_EQ(headers_of(batch).size(), 1002U);
    EXPECT_LT(batch.bytes.size(), 200'000U);
}

TEST(Answers, TheLastOneAloneSaysThatAllIsDone) {
    const Batch batch = example();
    EXPECT_TRUE(verdict_of(answer(10, 0), batch).done);
    EXPECT_FALSE(verdict_of(answer(9, 0), batch).done);
    EXPECT_FALSE(verdict_of({}, batch).done);
}

TEST(Answers, AnErrorOfAnyMessageIsOne) {
    const Batch batch = example();
    EXPECT_EQ(verdict_of(answer(7, EPERM), batch).error, EPERM) << "the batch itself";
    EXPECT_EQ(verdict_of(answer(8, ENOENT), batch).error, ENOENT);
    std::vector<char> both = answer(9, ENOENT);
    const std::vector<char> last = answer(10, 0);
    both.insert(both.end(), last.begin(), last.end());
    EXPECT_EQ(verdict_of(both, batch).error, ENOENT);
}

TEST(Answers, ToAnotherBatchCountForNothing) {
    const Batch batch = example();
    EXPECT_EQ(verdict_of(answer(6, ENOENT), batch).error, 0);
    EXPECT_EQ(verdict_of(answer(12, ENOENT), batch).error, 0);
}

}  // namespace
}  // namespace baton::kernel_lease
