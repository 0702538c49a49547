// Certificates for the agents of a cluster, made on this machine; no agent is asked.
#include "adapters/certificates.hpp"
#include "cli/functions.hpp"
#include "cli/session.hpp"

#include <charconv>

namespace baton::cli {
namespace {

Outcome<std::string> directory_of(const Session& session) {
    std::string directory = session.invocation.text("dir");
    if (directory.empty()) return usage("which directory? Say --dir DIRECTORY");
    while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
    return directory;
}

Outcome<NodeId> node_of(const Session& session) {
    NodeId node{session.invocation.text("node")};
    if (!node) return usage("whose certificate? Say --node NODE");
    return node;
}

Outcome<int> days_of(const Session& session) {
    const std::string text = session.invocation.text("days");
    if (text.empty()) return adapters::certificate_days;
    int days = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error == std::errc{} && rest == text.data() + text.size() && days >= 1 &&
        days <= adapters::certificate_days_max) {
        return days;
    }
    return usage("--days must be a number from 1 to " +
                 std::to_string(adapters::certificate_days_max) + ", not \"" + text + "\"");
}

Failure failure_of(const Error& error) {
    return {error.kind == ErrorKind::invalid ? ExitCode::usage : ExitCode::refused, error.message};
}

Answer answer_of(const adapters::Issued& issued, std::string next) {
    Answer answer;
    answer.data = {{"certificate", issued.certificate_file},
                   {"key", issued.key_file},
                   {"expires", issued.expires}};
    answer.heading = {issued.certificate_file + " is valid until " + issued.expires,
                      std::move(next)};
    answer.summary = answer.heading.front();
    return answer;
}

}  // namespace

Outcome<Answer> tls_init(Session& session) {
    BATON_TRY(const std::string directory, directory_of(session));
    const auto made = adapters::make_authority(directory);
    if (!made) return failure_of(made.error());
    return answer_of(made.value(), "keep " + made.value().key_file +
                                       " away from the nodes: who has it can pass for any of them");
}

Outcome<Answer> tls_issue(Session& session) {
    BATON_TRY(const std::string directory, directory_of(session));
    BATON_TRY(const NodeId node, node_of(session));
    BATON_TRY(const int days, days_of(session));
    if (!session.invocation.has("host")) {
        return usage("under which names and addresses is node " + node.text +
                     " reached? Say --host HOST, once for each");
    }
    const auto& hosts = session.invocation.options.at("host");
    const auto made = adapters::issue_certificate(directory, {node, hosts, days});
    if (!made) return failure_of(made.error());
    return answer_of(made.value(), "copy it, its key and ca.crt to node " + node.text +
                                       ", and name them under tls in the cluster file");
}

Outcome<Answer> tls_renew(Session& session) {
    BATON_TRY(const std::string directory, directory_of(session));
    BATON_TRY(const NodeId node, node_of(session));
    BATON_TRY(const int days, days_of(session));
    const auto made = adapters::renew_certificate(directory, node, days);
    if (!made) return failure_of(made.error());
    return answer_of(made.value(), "copy it to node " + node.text +
                                       " over the old one; the agent takes it up within seconds");
}

}  // namespace baton::cli
