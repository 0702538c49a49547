#pragma once

/// Certificates that sign themselves, for servers on 127.0.0.1.

#include "process.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <string>

namespace baton::adapters {

/// Makes NAME.crt and NAME.key.
inline void make_certificate(const std::string& directory, const std::string& name) {
    Launch launch;
    launch.arguments = {"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", directory + "/" + name + ".key",
                        "-out", directory + "/" + name + ".crt"};
    launch.directory = directory;
    launch.log_file = directory + "/openssl.log";
    const Process process(launch);
    int status = 0;
    ASSERT_EQ(::waitpid(process.pid(), &status, 0), process.pid());
    ASSERT_EQ(status, 0);
}

}  // namespace baton::adapters
