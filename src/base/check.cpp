#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace baton {

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr,
                 "baton: internal invariant broken: %s (%s:%d). The process stops to protect the "
                 "data; please report this line.\n",
                 condition, file, line);
    std::abort();
}

}  // namespace baton
