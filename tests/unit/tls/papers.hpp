#pragma once

/// Authorities and certificates in a directory of their own, made as an
/// operator would make them.

#include "adapters/certificates.hpp"
#include "adapters/gate.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::test {

class Papers {
public:
    explicit Papers(const std::vector<std::string>& nodes = {"a", "b"}) {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "baton-tls-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) directory = pattern;
        EXPECT_TRUE(adapters::make_authority(directory).has_value());
        for (const std::string& node : nodes) issue(node);
    }
    ~Papers() {
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }
    Papers(const Papers&) = delete;
    Papers& operator=(const Papers&) = delete;

    void issue(const std::string& node) const {
        const auto made =
            adapters::issue_certificate(directory, {NodeId{node}, {"127.0.0.1", "localhost"}});
        EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    }
    [[nodiscard]] adapters::CertificateFiles of(const std::string& node) const {
        return {authority(), directory + "/" + node + ".crt", directory + "/" + node + ".key"};
    }
    [[nodiscard]] std::string authority() const { return directory + "/ca.crt"; }

    std::string directory;
};

}  // namespace baton::test
