// The record of changes of the node that is asked.
#include "api/actions.hpp"
#include "api/audit_trail.hpp"

#include <algorithm>

namespace baton::api {

void get_audit(const Call& call, Respond respond) {
    const auto limit = whole_number(call.request, "limit");
    if (!limit) return respond(error_response(limit.error()));
    if (call.surface.trail == nullptr) return respond(json_response(Json::array()));
    const std::size_t most =
        std::min<std::size_t>(limit.value().value_or(audit_default), audit_max);
    call.surface.trail->file().newest(
        most, [respond = std::move(respond)](const Result<std::vector<std::string>>& lines) {
            if (!lines) return respond(error_response(lines.error()));
            Json entries = Json::array();
            for (const std::string& line : lines.value()) {
                // A crash may have cut a line short.
                Json entry = Json::parse(line, nullptr, false);
                if (!entry.is_discarded()) entries.push_back(std::move(entry));
            }
            respond(json_response(entries));
        });
}

}  // namespace baton::api
