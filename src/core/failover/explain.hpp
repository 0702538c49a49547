#pragma once

/// The rule table as Markdown: docs/failover.md is generated from it.

#include <string>

namespace baton::failover {

[[nodiscard]] std::string rules_markdown();

}  // namespace baton::failover
