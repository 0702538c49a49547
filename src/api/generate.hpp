#pragma once

/// Documents that follow from tables in the code. Checked to be current by the
/// tests; written by `baton_generate_docs`.

#include <string>

namespace baton::api {

[[nodiscard]] std::string openapi_json();      ///< OpenAPI 3.0.3, from the route table.
[[nodiscard]] std::string api_markdown();      ///< docs/api.md, from the route table.
[[nodiscard]] std::string metrics_markdown();  ///< docs/metrics.md, from the metric table.

}  // namespace baton::api
