#include "adapters/kernel_lease/batch.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <memory>

namespace baton::kernel_lease {

namespace {

/// A message about one element: headers, the names of table and set, key and timeout.
constexpr std::size_t message_max = 1024;

struct FreeSet {
    void operator()(nftnl_set* set) const { ::nftnl_set_free(set); }
};
using Set = std::unique_ptr<nftnl_set, FreeSet>;

/// The set owns its elements.
Set about(const std::string& table, const Change& change) {
    Set set(::nftnl_set_alloc());
    const std::string name(change.set);
    ::nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, table.c_str());
    ::nftnl_set_set_str(set.get(), NFTNL_SET_NAME, name.c_str());
    nftnl_set_elem* element = ::nftnl_set_elem_alloc();
    const std::uint16_t key = htons(change.port);
    ::nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, &key, sizeof key);
    if (change.timeout.count() > 0) {
        ::nftnl_set_elem_set_u64(element, NFTNL_SET_ELEM_TIMEOUT,
                                 static_cast<std::uint64_t>(change.timeout.count()));
    }
    ::nftnl_set_elem_add(set.get(), element);
    return set;
}

}  // namespace

Batch batch_of(const std::string& table, std::span<const Change> changes, std::uint32_t first) {
    Batch batch;
    batch.first = batch.last = first;
    batch.bytes.resize((changes.size() + 2) * message_max);
    std::size_t used = 0;
    std::uint32_t number = first;
    const auto place = [&] { return batch.bytes.data() + used; };
    used += ::nftnl_batch_begin(place(), number++)->nlmsg_len;
    for (const Change& change : changes) {
        const bool adds = change.verb == Change::Verb::add;
        const bool final = &change == &changes.back();
        nlmsghdr* message = ::nftnl_nlmsg_build_hdr(
            place(), adds ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM, NFPROTO_INET,
            static_cast<std::uint16_t>((adds ? NLM_F_CREATE : 0) | (final ? NLM_F_ACK : 0)),
            number);
        ::nftnl_set_elems_nlmsg_build_payload(message, about(table, change).get());
        used += message->nlmsg_len;
        batch.last = number++;
    }
    used += ::nftnl_batch_end(place(), number)->nlmsg_len;
    batch.bytes.resize(used);
    return batch;
}

Verdict verdict_of(std::span<const char> answers, const Batch& batch) {
    Verdict verdict;
    int left = static_cast<int>(answers.size());
    const void* raw = answers.data();
    for (const auto* message = static_cast<const nlmsghdr*>(raw); ::mnl_nlmsg_ok(message, left);
         message = ::mnl_nlmsg_next(message, &left)) {
        const bool ours = message->nlmsg_seq >= batch.first && message->nlmsg_seq <= batch.last + 1;
        if (message->nlmsg_type != NLMSG_ERROR || !ours) continue;
        const auto* answer = static_cast<const nlmsgerr*>(::mnl_nlmsg_get_payload(message));
        if (answer->error == 0) {
            verdict.done = verdict.done || message->nlmsg_seq == batch.last;
        } else if (verdict.error == 0) {
            verdict.error = -answer->error;
        }
    }
    return verdict;
}

}  // namespace baton::kernel_lease
