#pragma once

/// A guard with its agent in a temporary directory, and questions about the
/// processes around it. The test process is child subreaper, so at the end it
/// can prove that nothing is left: no process and no zombie. Every wait is for
/// a condition and has a deadline far beyond what it takes.

#include <gtest/gtest.h>
#include <sys/types.h>

#include <deque>
#include <functional>
#include <string>

namespace baton::guard_test {

/// Whether the condition held within 20 s.
bool eventually(const std::function<bool()>& condition);
/// False also for a zombie.
bool is_alive(pid_t pid);
/// The parent of a process; 0 if there is no such process.
pid_t parent_of(pid_t pid);
/// The first number in a file that some process is about to write; 0 if it
/// never appears.
pid_t pid_in(const std::string& path);
std::string contents(const std::string& path);

class GuardTest : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    /// Its pid. Its output goes to guard.log in the directory.
    pid_t start_guard();
    /// Waits for the exit code of our own child; -signal if killed.
    static int exit_code(pid_t pid);

    /// Waits until an agent says hello; its pid.
    pid_t await_agent();
    /// Sends a line, answers the answer; "gone" lines are put aside.
    std::string ask(const std::string& line);
    /// Sends a line whose answer does not matter.
    void tell(const std::string& line) const;
    /// Waits for "gone NAME", past answers that nobody waited for.
    bool told_gone(const std::string& name);
    /// Starts the test server with these words; its pid.
    pid_t launch(const std::string& name, const std::string& words = "");
    std::string launch_line(const std::string& name, const std::string& words = "",
                            const std::string& user = "-") const;

    [[nodiscard]] std::string path(const std::string& name) const {
        return directory_ + "/" + name;
    }

    pid_t guard_ = 0;
    pid_t agent_pid_ = 0;
    std::string directory_;

private:
    bool next_line(std::string& line);

    int listener_ = -1;
    int agent_ = -1;
    std::string received_;
    std::deque<std::string> gone_;
};

}  // namespace baton::guard_test
