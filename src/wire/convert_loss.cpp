#include "wire/convert.hpp"

namespace baton::wire {
namespace {

constexpr EnumTable<cluster::Promise, proto::LossPromise, 3> promises{{
    {cluster::Promise::none, proto::LOSS_PROMISE_NONE},
    {cluster::Promise::replicated, proto::LOSS_PROMISE_REPLICATED},
    {cluster::Promise::handed_over, proto::LOSS_PROMISE_HANDED_OVER},
}};

}  // namespace

proto::Loss to_proto(const cluster::Loss& value) {
    proto::Loss bytes;
    bytes.set_epoch(value.epoch.value);
    bytes.set_from(value.from.text);
    bytes.set_to(value.to.text);
    bytes.set_promise(number_of(promises, value.promise));
    bytes.set_promoted(value.promoted);
    bytes.set_abandoned(value.abandoned);
    if (value.heard) bytes.set_heard(*value.heard);
    bytes.set_age_nanoseconds(value.age.count());
    bytes.set_bytes_per_second(value.bytes_per_second);
    if (value.window) bytes.set_window_nanoseconds(value.window->count());
    return bytes;
}

Result<cluster::Loss> from_proto(const proto::Loss& bytes) {
    cluster::Loss value;
    value.epoch = Epoch{bytes.epoch()};
    value.from = InstanceId{bytes.from()};
    value.to = InstanceId{bytes.to()};
    BATON_TRY(value.promise, value_of(promises, bytes.promise(), "promise"));
    value.promoted = bytes.promoted();
    value.abandoned = bytes.abandoned();
    if (bytes.has_heard()) value.heard = bytes.heard();
    value.age = Duration{bytes.age_nanoseconds()};
    value.bytes_per_second = bytes.bytes_per_second();
    if (bytes.has_window_nanoseconds()) value.window = Duration{bytes.window_nanoseconds()};
    return value;
}

proto::Fallen to_proto(const InstanceId& instance, const cluster::Fallen& value) {
    proto::Fallen bytes;
    bytes.set_instance(instance.text);
    bytes.set_epoch(value.epoch.value);
    bytes.set_run_id(value.run_id);
    bytes.set_replication_id(value.replication_id);
    bytes.set_until(value.until);
    bytes.set_bytes_known(value.bytes_known);
    bytes.set_bytes_likely(value.bytes_likely);
    return bytes;
}

cluster::Fallen from_proto(const proto::Fallen& bytes) {
    return {Epoch{bytes.epoch()}, bytes.run_id(),      bytes.replication_id(),
            bytes.until(),        bytes.bytes_known(), bytes.bytes_likely()};
}

}  // namespace baton::wire
