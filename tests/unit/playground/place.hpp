#pragma once

/// A directory of a test's own, gone afterwards.

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace baton::test {

class Place : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "baton-playground-XXXXXX";
        directory = std::filesystem::canonical(mkdtemp(pattern.data())).string();
    }
    void TearDown() override { std::filesystem::remove_all(directory); }

    std::string write(const std::string& name, const std::string& content, mode_t mode = 0640) {
        const std::string path = directory + "/" + name;
        std::ofstream{path} << content;
        ::chmod(path.c_str(), mode);
        return path;
    }

    std::string directory;
};

}  // namespace baton::test
