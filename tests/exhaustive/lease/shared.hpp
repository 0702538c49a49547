#pragma once

/// A value that copies of its owner share until one of them changes it. Copying
/// a world then costs little, however much its parts remember. For one thread.

#include <memory>
#include <utility>

namespace baton::exhaustive {

template <typename Value>
class Shared {
public:
    Shared() = default;
    explicit Shared(Value value) : value_(std::make_shared<const Value>(std::move(value))) {}

    explicit operator bool() const { return value_ != nullptr; }
    const Value& operator*() const { return *value_; }
    const Value* operator->() const { return value_.get(); }

    /// Gives this owner a copy of its own, changed by `change`.
    template <typename Change>
    auto change(Change change) {
        auto own = std::make_shared<Value>(*value_);
        value_ = own;
        return change(*own);
    }

private:
    std::shared_ptr<const Value> value_;
};

}  // namespace baton::exhaustive
