"""The style sheet's checkable half, as tables. tidy.py applies them.

Paths are written from src/. A prefix that ends in a slash allows a folder,
any other allows exactly that file.
"""

import re

# Plain value headers of the cores that ports, and whoever speaks through
# ports, may use.
VALUES = (
    "core/cluster/",
    "core/raft/message.hpp",
    "core/raft/core.hpp",
    "core/lease/lease.hpp",
    "core/routing/route.hpp",
)

# Folder -> what it may include besides its own files. The longest matching
# folder decides; `*` stands for one path component.
INCLUDES = {
    "base/": (),
    "files/": ("base/",),
    "core/cluster/": ("base/",),
    "core/*/": ("base/", "core/cluster/"),
    "ports/": ("base/", *VALUES),
    "wire/": ("base/", "core/cluster/", "core/raft/", "core/lease/", "ports/"),
    "runtime/": ("base/", "core/", "ports/", "wire/codec.hpp"),
    "adapters/": ("base/", "ports/", *VALUES),
    "adapters/*/": ("base/", "ports/", *VALUES, "wire/", "adapters/factories.hpp", "adapters/gate.hpp",
                    "adapters/secure.hpp"),
    "adapters/tls/": ("base/", "files/", "ports/", "adapters/gate.hpp", "adapters/secure.hpp", "adapters/certificates.hpp"),
    "adapters/tokens/": ("base/", "files/", "ports/", "adapters/tokens.hpp"),
    "adapters/audit/": ("base/", "ports/", "adapters/audit.hpp"),
    "adapters/kernel_lease/": ("base/", "ports/", "adapters/kernel_lease.hpp"),
    "adapters/guard/": ("base/", "ports/", *VALUES, "adapters/factories.hpp", "guard/"),
    "guard/": ("base/",),
    "config/": ("base/", "files/", "core/"),
    "api/": ("base/", "core/", "ports/", "adapters/factories.hpp", "adapters/gate.hpp",
             "config/topology_json.hpp"),
    "cli/": ("base/", "config/", "core/cluster/", "adapters/certificates.hpp", "adapters/secure.hpp",
             "adapters/tokens.hpp", "ports/tokens.hpp"),
    "playground/": ("base/", "config/", "cli/", "adapters/certificates.hpp", "adapters/kernel_lease.hpp"),
    "agent/": ("",),
}

# Where Boost.Asio may show in a header. Its umbrella headers and Beast never do.
ASIO_HEADERS = ("adapters/", "api/", "guard/", "agent/")

# System headers that have no place in a pure core.
CORE_SYSTEM_HEADERS = re.compile(
    r"^(boost/(asio|beast).*|thread|mutex|shared_mutex|condition_variable|future|atomic|stop_token"
    r"|coroutine|random|iostream|fstream|sstream|ostream|istream|cstdio|stdio\.h|ctime|time\.h|csignal"
    r"|unistd\.h|fcntl\.h|poll\.h|sys/.*|netinet/.*|arpa/.*|spdlog/.*|fmt/.*|nlohmann/.*|filesystem)$"
)

# Calls and words that have no place in a pure core, each with its reason.
CORE_CALLS = (
    (r"\b(steady|system|high_resolution|file|utc)_clock\b", "reads a clock; take an Instant"),
    (r"\b(clock_gettime|gettimeofday|time)\s*\(\s*(CLOCK|&|nullptr|NULL|0)", "reads a clock; take an Instant"),
    (r"\bstd::(mutex|shared_mutex|thread|jthread|atomic|condition_variable|future|async|promise)\b",
     "threads; a core is called by one"),
    (r"\bthread_local\b", "threads; a core is called by one"),
    (r"\b(throw|try|catch)\b", "exceptions; return a Result"),
    (r"\b(rand|srand|random)\s*\(\s*\)|\brandom_device\b|\bmt19937", "randomness; take a Random&"),
    (r"\bgetenv\b", "the environment; take a value"),
    (r"\bstd::(cout|cerr|clog|cin)\b|\b(f|s|sn)?printf\s*\(|\bputs\s*\(", "output; return an Event"),
    (r"\bshared_ptr\b|\bmake_shared\b", "shared ownership; use a value"),
    (r"\bco_(await|return|yield)\b", "coroutines; those belong to shells"),
    (r"^\s*(inline\s+)?static\s+(?!const\b|constexpr\b|constinit\s+const\b)[^()]*[;={]",
     "mutable state that outlives a call"),
    (r"\bnew\s+[A-Za-z_:]+\s*[({\[]|\bdelete\s+[A-Za-z_]", "raw ownership; use a value or unique_ptr"),
)

FILE_NAME_WORDS = re.compile(r"(^|[_.\-])(manager|helper|util)s?([_.\-]|$)")

# Split so that this file does not find itself.
FORBIDDEN_TEXT = (
    (r"(?<![\w.$}{-])/wor" r"k/", "a path of one machine"),
    (r"(?<![\w.$}{-])/tmp/" r"w/", "a path of one machine"),
    (r"\bTO" r"DO\b", "an unfinished thought; finish it or write down the limit"),
    (r"\bFIX" r"ME\b", "an unfinished thought; finish it or write down the limit"),
)

FUNCTION_LINES_MAX = 60
SOURCE_LINES_MAX = 400
HEADER_LINES_MAX = 150
COLUMNS_MAX = 100

# Read, not judged: texts of others and what a build leaves behind.
SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", ".cache"}
SKIPPED_FILES = {"LICENSE"}
CODE_SUFFIXES = {".cpp", ".hpp"}
TEXT_SUFFIXES = CODE_SUFFIXES | {
    ".py", ".md", ".txt", ".cmake", ".json", ".yaml", ".yml", ".proto", ".sh", ".cfg", ".conf", "",
}
