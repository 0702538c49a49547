#pragma once

/// How a port answers later: exactly once, on the loop of the caller, with a
/// result. A port that misses its deadline answers `outcome_unknown`, or
/// `unavailable` where it is certain that nothing was sent.

#include "base/result.hpp"

#include <functional>

namespace baton {

template <typename T>
using Done = std::function<void(Result<T>)>;

}  // namespace baton
