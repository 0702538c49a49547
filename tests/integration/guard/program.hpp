#pragma once

/// One program for three parts of a test: the guard under test, the agent it
/// spawns (which does what the test says through a local socket), and a server
/// that can be made to misbehave. `program.cpp` chooses by its first argument.

#include <string>
#include <vector>

namespace baton::guard_test {

/// `guard DIRECTORY SOCKET`: a guard whose agent is this program's agent.
int run_guard(const std::vector<std::string>& arguments);
/// `agent SOCKET`: connects there, prints "hello PID", then answers each line
/// with one line; "gone NAME" comes unasked.
int run_agent(const std::vector<std::string>& arguments);
/// `server [WORD...]`: see server.cpp.
int run_server(const std::vector<std::string>& arguments);

}  // namespace baton::guard_test
