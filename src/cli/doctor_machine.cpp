#include "cli/doctor.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace baton::cli {
namespace {

constexpr rlim_t files_min = 4096;  ///< Servers, fronts and peers each need a few hundred.

/// First entry of PATH (and /usr/sbin, where daemons live) that holds `name`.
std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0 ? name : "";
    const char* const variable = std::getenv("PATH");
    std::string path = (variable == nullptr ? "" : std::string{variable}) + ":/usr/sbin:/usr/bin";
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        const std::string candidate = path.substr(begin, end - begin) + "/" + name;
        if (end > begin && access(candidate.c_str(), X_OK) == 0) return candidate;
        begin = end + 1;
    }
    return "";
}

/// First line a program prints for `flag`. The path comes from PATH or the
/// cluster file, so it is quoted for the shell that popen uses.
std::string first_line(const std::string& program, const std::string& flag) {
    std::string quoted = "'";
    for (const char c : program) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
    const std::string line = "timeout 2 " + quoted + "' " + flag + " 2>&1 </dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(line.c_str(), "r"), pclose};
    std::array<char, 256> text{};
    if (!pipe || std::fgets(text.data(), text.size(), pipe.get()) == nullptr) return "";
    std::string result{text.data()};
    while (!result.empty() && result.back() == '\n') result.pop_back();
    return result;
}

Finding program_check(const std::string& id, const std::string& title, const std::string& name,
                      const std::string& flag) {
    Finding found{.id = id, .title = title};
    const std::string program = find_program(name);
    found.why = "the agent cannot start what it keeps";
    found.fix = "apt-get install the package, or name the binary in the cluster file";
    if (program.empty()) {
        found.severity = Severity::error;
        found.evidence = name + " is not in PATH";
        return found;
    }
    const std::string version = first_line(program, flag);
    found.evidence = program + ": " + (version.empty() ? "tells no version" : version);
    if (version.empty()) found.severity = Severity::warning;
    return found;
}

void programs(const Patient& patient, std::vector<Finding>& findings) {
    std::string server = "redis-server";
    bool fronts = !patient.file;
    if (patient.file) {
        for (const auto& group : patient.file->topology.groups) {
            if (!group.server_binary.empty()) server = group.server_binary;
            fronts = fronts || group.write_port != 0;
        }
    }
    findings.push_back(
        program_check("BTN-D011", "the server program is here", server, "--version"));
    if (fronts) {
        findings.push_back(program_check("BTN-D012", "haproxy is here", "haproxy", "-v"));
    }
}

void data_directory(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D013", .title = "the agent's data directory can be written"};
    if (!patient.file || patient.node.empty()) {
        found.severity = Severity::skipped;
        found.evidence = "this machine is no node of the cluster file; say --node NODE";
        findings.push_back(std::move(found));
        return;
    }
    const auto local = patient.file->local.find(NodeId{patient.node});
    std::string path = local == patient.file->local.end() ? "" : local->second.data;
    found.evidence = path;
    found.why = "the agent stops when it cannot write its log";
    found.fix = "create it for the user the agent runs as, mode 0750";
    std::error_code ignored;
    while (!path.empty() && path != "/" && !std::filesystem::exists(path, ignored)) {
        path = std::filesystem::path{path}.parent_path().string();
    }
    if (path.empty() || access(path.c_str(), W_OK | X_OK) != 0) {
        found.severity = Severity::warning;
        found.evidence += ": not writable for this user";
    }
    findings.push_back(std::move(found));
}

void open_files(std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D014", .title = "enough files may be open"};
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    found.evidence =
        "soft " + std::to_string(limit.rlim_cur) + ", hard " + std::to_string(limit.rlim_max);
    found.why = "servers and fronts inherit the hard limit and refuse clients beyond it";
    found.fix = "LimitNOFILE=65536 in the unit, or ulimit -n";
    if (limit.rlim_max < files_min) found.severity = Severity::warning;
    findings.push_back(std::move(found));
}

}  // namespace

void check_machine(const Patient& patient, std::vector<Finding>& findings) {
    programs(patient, findings);
    data_directory(patient, findings);
    open_files(findings);
}

}  // namespace baton::cli
