#pragma once

/// The port to the record of changes: who changed what and when, as lines of
/// text that outlive the program.

#include "ports/done.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace baton {

class AuditFile {
public:
    /// Writes what waits; those who wait for it hear nothing any more.
    virtual ~AuditFile() = default;
    /// `line` has no line end. Answers once it is durable. Errors: unavailable.
    virtual void keep(std::string line, Done<void> done) = 0;
    /// The last lines, oldest first. Errors: unavailable.
    virtual void newest(std::size_t limit, Done<std::vector<std::string>> done) = 0;
};

}  // namespace baton
