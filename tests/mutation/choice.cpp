#include "mutation/catalogue.hpp"
#include "mutation/mutation.hpp"

#include <algorithm>

namespace baton::mutation {

const Mutant* choose(std::string_view name) {
    const auto found = std::ranges::find(catalogue(), name, &Mutant::name);
    if (found == catalogue().end()) return nullptr;
    chosen = found->number;
    return &*found;
}

}  // namespace baton::mutation
