#include "api/audit_trail.hpp"

#include "api/orders.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <memory>
#include <utility>

namespace baton::api {

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr Duration minute = std::chrono::minutes{1};

std::string time_text(std::int64_t wall_milliseconds) {
    const std::time_t seconds = wall_milliseconds / 1000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds),
                       wall_milliseconds % 1000);
}

/// A body or answer as JSON where it is some, and small.
OrderedJson part_of(const std::string& text) {
    if (text.empty()) return nullptr;
    if (text.size() <= audit_part_bytes_max && check_nesting(text)) {
        OrderedJson json = OrderedJson::parse(text, nullptr, false);
        if (!json.is_discarded()) return json;
    }
    return fmt::format("{} bytes", text.size());
}

bool is_dry_run(const std::string& body) {
    if (!check_nesting(body)) return false;
    const auto json = OrderedJson::parse(body, nullptr, false);
    return json.is_object() && json.contains("dry_run") && json.at("dry_run") == true;
}

std::string_view outcome_of(int status) {
    if (status >= 200 && status < 300) return "done";
    if (status == status_of(ErrorKind::outcome_unknown)) return "unknown";
    return "refused";
}

void add_answer(OrderedJson& entry, const Response& answer) {
    entry["outcome"] = outcome_of(answer.status);
    entry["status"] = answer.status;
    entry["answer"] = part_of(answer.body);
}

std::string line_of(const OrderedJson& entry) {
    return entry.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

AuditTrail::AuditTrail(AuditFile& file, Loop& loop, NodeId self,
                       std::function<void(Event)> report)
    : file_(file), loop_(loop), self_(std::move(self)), report_(std::move(report)) {}

OrderedJson AuditTrail::entry(const Request& request, const Caller& caller) const {
    const std::int64_t now = loop_.wall_milliseconds();
    return {{"at", time_text(now)},     {"wall_ms", now},       {"node", self_.text},
            {"who", caller.name},       {"role", caller.role},  {"from", request.from},
            {"method", request.method}, {"path", request.path}, {"asked", part_of(request.body)}};
}

Respond AuditTrail::recording(const Request& request, const Caller& caller, Respond respond) {
    if (is_dry_run(request.body)) return respond;
    return [this, entry = entry(request, caller), respond = std::move(respond)](Response answer) {
        if (answer.status == 307) return respond(std::move(answer));
        OrderedJson line = entry;
        add_answer(line, answer);
        // Whichever comes first sends the answer: the record, or the end of patience.
        struct Waiting {
            Respond respond;
            Response answer;
            TimerId timer = 0;
        };
        auto waiting = std::make_shared<Waiting>(Waiting{respond, std::move(answer)});
        waiting->timer = loop_.at(loop_.now() + audit_patience, [this, waiting] {
            complain("the disk did not confirm it in time");
            std::exchange(waiting->respond, nullptr)(std::move(waiting->answer));
        });
        file_.keep(line_of(line), [this, waiting](const Result<void>& kept) {
            if (!kept) complain(kept.error().message);
            if (kept) complaint_.clear();
            if (!waiting->respond) return;
            loop_.cancel(waiting->timer);
            std::exchange(waiting->respond, nullptr)(std::move(waiting->answer));
        });
    };
}

void AuditTrail::refused(const Request& request, const Caller& caller, const Response& answer) {
    ++refusals_;
    if (!may_record_refusal()) {
        ++unrecorded_;
        return;
    }
    OrderedJson line = entry(request, caller);
    // What a stranger sends is worth its size.
    line["asked"] = request.body.empty()
                        ? OrderedJson(nullptr)
                        : OrderedJson(fmt::format("{} bytes", request.body.size()));
    add_answer(line, answer);
    line["unrecorded_before"] = std::exchange(unrecorded_, 0);
    file_.keep(line_of(line), [this](const Result<void>& kept) {
        if (!kept) complain(kept.error().message);
    });
}

bool AuditTrail::may_record_refusal() {
    const Instant now = loop_.now();
    if (now - minute_began_ >= minute) {
        minute_began_ = now;
        left_ = refusals_per_minute;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
}

void AuditTrail::complain(const std::string& why) {
    if (std::exchange(complaint_, why) == why) return;
    report_({Severity::error,
             "audit.failed",
             "a change could not be recorded: " + why +
                 "; changes go on, so make room on that disk or mend it, and note them elsewhere",
             {}});
}

}  // namespace baton::api
