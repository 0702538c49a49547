#pragma once

/// How the guard tells people what it did: one line on stderr. It refuses to
/// wait: a line that nobody reads is dropped, because a guard that blocks in a
/// full pipe kills nothing in time.

namespace baton::guard {

/// printf-like, at most 500 bytes, prefix and newline added.
[[gnu::format(printf, 1, 2)]] void say(const char* format, ...);

/// The node's name in every line; the pointer must stay valid.
void say_for(const char* node);

}  // namespace baton::guard
