// The one program of baton: `baton agent` is the daemon, everything else a
// client of its API.

#include "agent/agent.hpp"
#include "cli/programs.hpp"
#include "playground/playground.hpp"

int main(int argc, char** argv) {
    baton::cli::Programs programs;
    programs.agent = baton::agent::run;
    programs.playground_up = baton::playground::up;
    programs.playground_down = baton::playground::down;
    programs.playground_status = baton::playground::status;
    return baton::cli::run(argc, argv, programs);
}
