#pragma once

/// How many fields has an aggregate? Lets a test notice a field that was added
/// to a value but not to its encoding.

#include <cstddef>
#include <utility>

namespace baton::test {

struct Anything {
    template <typename Field>
    operator Field() const;  // NOLINT: implicit on purpose, never defined.
};

template <typename Aggregate, std::size_t... At>
constexpr bool takes(std::index_sequence<At...>) {
    return requires { Aggregate{(static_cast<void>(At), Anything{})...}; };
}

template <typename Aggregate, std::size_t Count = 32>
constexpr std::size_t field_count() {
    if constexpr (Count == 0 || takes<Aggregate>(std::make_index_sequence<Count>{})) {
        return Count;
    } else {
        return field_count<Aggregate, Count - 1>();
    }
}

}  // namespace baton::test
