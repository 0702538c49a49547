// For test programs that know nothing of mutants: BATON_MUTANT names the one
// that is on. A name nobody has ends the program, lest the hunt take a test
// that failed for another reason for a catch.
#include "mutation/catalogue.hpp"

#include <cstdio>
#include <cstdlib>

namespace {

constexpr int unknown_mutant = 77;

[[maybe_unused]] const bool switched_on = [] {
    const char* name = std::getenv("BATON_MUTANT");
    if (name == nullptr) return false;
    if (baton::mutation::choose(name) != nullptr) return true;
    std::fprintf(stderr, "no mutant has the name %s\n", name);
    std::_Exit(unknown_mutant);
}();

}  // namespace
