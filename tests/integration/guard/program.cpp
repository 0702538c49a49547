#include "program.hpp"

#include "guard/guard.hpp"

#include <cstdio>

using namespace baton::guard_test;

int baton::guard_test::run_guard(const std::vector<std::string>& arguments) {
    const std::string directory = arguments.at(0);
    return guard::run(
        {"n1", {"/proc/self/exe", "agent", arguments.at(1)}, directory + "/agent.log", directory});
}

int main(int count, char** values) {
    if (count < 2) return 64;
    const std::string part = values[1];
    const std::vector<std::string> arguments(values + 2, values + count);
    if (part == "guard") return run_guard(arguments);
    if (part == "agent") return run_agent(arguments);
    if (part == "server") return run_server(arguments);
    std::fprintf(stderr, "guard, agent or server, not %s\n", values[1]);
    return 64;
}
