#include "base/hex.hpp"
#include "config/cluster_file.hpp"
#include "config/declare.hpp"
#include "config/report.hpp"
#include "config/rules.hpp"
#include "config/section.hpp"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

namespace baton::config {
namespace {

constexpr std::uintmax_t file_bytes_max = 1024 * 1024;

std::string absolute(const std::string& path) {
    std::error_code ignored;
    const auto full = std::filesystem::absolute(path, ignored);
    return (ignored ? std::filesystem::path{path} : full).lexically_normal().string();
}

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        const std::string why = error ? error.message() : "not a regular file";
        return unavailable("cannot read " + path + ": " + why);
    }
    if (std::filesystem::file_size(path, error) > file_bytes_max) {
        return invalid(path + " is larger than 1 MiB; is it the right file?");
    }
    std::ifstream stream{path, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) return unavailable("cannot read " + path + ": " + std::strerror(errno));
    return text.str();
}

/// The one YAML document of a file; problems go to the report. yaml-cpp
/// throws, so this is the edge where its exceptions end.
std::optional<YAML::Node> parse(const std::string& path, const std::string& text, Report& report) {
    try {
        const std::vector<YAML::Node> documents = YAML::LoadAll(text);
        if (documents.size() > 1) {
            report.problem({path, 0}, "", "holds more than one YAML document");
            return std::nullopt;
        }
        if (documents.empty() || documents[0].IsNull()) {
            report.problem({path, 0}, "", "is empty");
            return std::nullopt;
        }
        return documents[0];
    } catch (const YAML::Exception& error) {
        report.problem({path, error.mark.line + 1}, "", "not valid YAML: " + error.msg);
    } catch (const std::exception& error) {
        report.problem({path, 0}, "", std::string{"not valid YAML: "} + error.what());
    }
    return std::nullopt;
}

/// Reads `consensus` and `failure_detector` wherever they stand; each may be
/// given in one file only.
class Tuning {
public:
    Tuning(ClusterFile& into, Report& report) : into_(into), report_(report) {}

    void read(Section& section) {
        if (auto inner = take(section, "consensus", consensus_)) {
            into_.consensus = read_consensus(*inner);
        }
        if (auto inner = take(section, "failure_detector", detector_)) {
            into_.detector = read_detector(*inner);
        }
    }

    void include(const std::string& path) {
        const auto text = read_file(path);
        if (!text) return report_.problem_at("include", text.error().message);
        const auto document = parse(path, text.value(), report_);
        if (!document) return;
        Report& report = report_;
        Section section{report, path, *document, ""};
        read(section);
        section.finish();
    }

private:
    std::optional<Section> take(Section& section, const std::string& key, std::string& owner) {
        if (!section.has(key)) return section.section(key);
        if (!owner.empty() && owner != section.file()) {
            section.problem(key, "already given in " + owner);
        }
        owner = section.file();
        return section.section(key);
    }

    ClusterFile& into_;
    Report& report_;
    std::string consensus_;
    std::string detector_;
};

void read_top(Section& top, ClusterFile& file, Origins& origins, Report& report) {
    using namespace std::chrono_literals;
    top.require("cluster");
    top.name("cluster", file.topology.name);
    Tuning tuning{file, report};
    tuning.read(top);
    std::vector<std::string> includes;
    top.texts("include", includes);
    const auto directory = std::filesystem::path{file.path}.parent_path();
    for (const std::string& name : includes) {
        tuning.include((directory / name).lexically_normal().string());
    }
    report.remember("", {file.path, 0});
    top.duration("lease", file.topology.settings.lease, 1ms, 1min);
    if (auto api = top.section("api")) {
        api->file_path("token_file", file.token_file);
        api->file_path("tokens_file", file.tokens_file);
        api->finish();
    }
    if (auto fencing = top.section("fencing")) read_fencing(*fencing, file);
    if (auto tls = top.section("tls")) file.tls = read_agent_tls(*tls);
    read_nodes(top, file, origins);
    read_groups(top, file, origins);
    spare_witnesses(file);
    top.finish();
}

}  // namespace

Result<ClusterFile> load(const std::string& path) {
    ClusterFile file;
    file.path = absolute(path);
    BATON_TRY(const std::string text, read_file(file.path));
    Report report;
    report.remember("", {file.path, 0});
    const auto document = parse(file.path, text, report);
    if (!document) return invalid(report.text(path));
    Origins origins;
    Section top{report, file.path, *document, ""};
    if (document->IsMap()) {
        read_top(top, file, origins, report);
        check_rules(file, origins, report);
    }
    if (!report.clean()) return invalid(report.text(path));
    file.warnings = report.warnings();
    file.digest = hex(fingerprint(canonical_text(file)));
    return file;
}

}  // namespace baton::config
