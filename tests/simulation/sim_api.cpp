#include "simulation/sim_api.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration record_time = microseconds{400};
constexpr std::size_t lines_kept = 100;
constexpr Duration heartbeat_interval = milliseconds{50};

}  // namespace

void SimAuditFile::keep(std::string line, Done<void> done) {
    lines_.push_back(std::move(line));
    if (lines_.size() > lines_kept) lines_.pop_front();
    loop_->arrive(record_time, [done = std::move(done)] { done(success()); });
}

void SimAuditFile::newest(std::size_t limit, Done<std::vector<std::string>> done) {
    const std::size_t left_out = lines_.size() - std::min(limit, lines_.size());
    done(std::vector<std::string>(lines_.begin() + static_cast<std::ptrdiff_t>(left_out),
                                  lines_.end()));
}

SimApi::SimApi(NodeId self, SimLoop& consensus_loop, std::shared_ptr<SimLoop> working_loop,
               runtime::Member& member)
    : loop_(std::move(working_loop)),
      events_(self),
      access_(self, consensus_loop, *loop_, member, events_, disk_, heartbeat_interval),
      record_(loop_),
      trail_(record_, *loop_, self, [](const Event&) {}) {}

void SimApi::serve(const api::Request& request, api::Respond respond) {
    api::dispatch(api::Surface{access_, *loop_, nullptr, &trail_, false}, request,
                  std::move(respond));
}

api::Request request_for(const std::string& method, const std::string& target, std::string body) {
    api::Request request;
    request.method = method;
    request.from = "operator";
    request.body = std::move(body);
    BATON_CHECK(api::read_target(target, request).has_value());
    return request;
}

}  // namespace baton::simulation
