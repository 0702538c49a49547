#!/usr/bin/env python3
"""Every kind of violation is found, and clean code is not accused."""

import pathlib
import stat
import tempfile
import unittest

import cpp
import tidy

HEADER = "#pragma once\n\n/// Answers nothing; a fixture.\n\n"


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="baton-tidy-")
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def problems(self, name, text):
        self.write(name, text)
        tree = tidy.Tree(self.root)
        return [problem for check in tidy.CHECKS for problem in check(tree)]

    def assert_found(self, word, name, text):
        problems = self.problems(name, text)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(word, problems[0])
        self.assertTrue(problems[0].startswith(name + ":"), problems[0])

    def assert_clean(self, name, text):
        self.assertEqual(self.problems(name, text), [])


class IncludeDirections(TidyTest):
    def test_base_includes_nothing_of_ours(self):
        self.assert_found("include:", "src/base/x.hpp", HEADER + '#include "core/cluster/state.hpp"\n')

    def test_a_core_includes_no_other_core(self):
        self.assert_found("include:", "src/core/raft/x.cpp", '#include "core/lease/lease.hpp"\n')

    def test_a_core_includes_base_cluster_and_its_own_folder(self):
        self.assert_clean("src/core/raft/x.cpp", '#include "core/raft/x.hpp"\n#include "base/ids.hpp"\n'
                          '#include "core/cluster/state.hpp"\n')

    def test_the_cluster_core_includes_no_other_core(self):
        self.assert_found("include:", "src/core/cluster/x.cpp", '#include "core/raft/message.hpp"\n')

    def test_an_adapter_includes_no_other_adapter(self):
        self.assert_found("include:", "src/adapters/net/x.cpp", '#include "adapters/disk/log.hpp"\n')

    def test_an_adapter_includes_no_core_beyond_plain_values(self):
        self.assert_found("include:", "src/adapters/net/x.cpp", '#include "core/raft/log.hpp"\n')

    def test_an_adapter_includes_ports_values_and_factories(self):
        self.assert_clean("src/adapters/net/x.cpp", '#include "ports/loop.hpp"\n#include "core/raft/message.hpp"\n'
                          '#include "adapters/factories.hpp"\n#include "adapters/net/y.hpp"\n')

    def test_a_relative_include_is_refused(self):
        self.assert_found("include:", "src/runtime/x.cpp", '#include "x.hpp"\n')

    def test_generated_messages_stay_in_wire(self):
        self.assert_clean("src/wire/x.cpp", '#include "raft.pb.h"\n')
        self.assert_found("include:", "src/api/x.cpp", '#include "raft.pb.h"\n')

    def test_an_unknown_folder_is_refused(self):
        self.assert_found("no row", "src/extras/x.cpp", "\n")

    def test_everything_is_open_to_the_agent(self):
        self.assert_clean("src/agent/x.cpp", '#include "adapters/redis/server.hpp"\n#include "core/raft/log.hpp"\n')

    def test_a_core_header_of_the_system_is_refused(self):
        self.assert_found("pure core", "src/core/raft/x.cpp", "#include <mutex>\n")
        self.assert_found("pure core", "src/core/raft/x.cpp", "#include <boost/asio/post.hpp>\n")

    def test_umbrella_headers_are_refused_everywhere(self):
        self.assert_found("costs seconds", "src/agent/x.cpp", "#include <boost/asio.hpp>\n")

    def test_beast_is_refused_in_headers(self):
        self.assert_found("keep Beast", "src/api/x.hpp", HEADER + "#include <boost/beast/http.hpp>\n")

    def test_asio_is_refused_in_headers_of_the_inner_folders(self):
        self.assert_found("keep Asio", "src/ports/x.hpp", HEADER + "#include <boost/asio/awaitable.hpp>\n")


class CoreCalls(TidyTest):
    def assert_call_found(self, line):
        self.assert_found("core call", "src/core/raft/x.cpp", f"void f() {{\n    {line}\n}}\n")

    def test_each_kind_of_call_is_found(self):
        for line in ("auto n = std::chrono::steady_clock::now();", "auto n = time(nullptr);",
                     "std::mutex m;", "std::thread t;", "throw 1;", "int r = rand();", "std::random_device d;",
                     'auto e = getenv("X");', 'std::cout << "x";', 'printf("x");',
                     "std::shared_ptr<int> p;", "static int counter = 0;", "co_return;", "auto* p = new int(1);"):
            with self.subTest(line=line):
                self.assert_call_found(line)

    def test_comments_strings_and_lookalikes_are_not_accused(self):
        self.assert_clean("src/core/raft/x.cpp", '// throw, rand() and std::mutex\nvoid f() {\n'
                          '    auto s = "getenv std::thread";\n    Instant next_time(0);\n    entry(now);\n}\n'
                          "static constexpr int limit = 3;\nstatic int pure(int x) { return x; }\n"
                          "Machine(const Machine&) = delete;\n")

    def test_shells_may_do_all_of_it(self):
        self.assert_clean("src/adapters/time/x.cpp", "void f() { std::mutex m; throw 1; }\n")


class Sizes(TidyTest):
    def test_a_long_function_is_found_with_its_name_and_line(self):
        body = "    g();\n" * 59
        self.assert_clean("src/base/x.cpp", "void fits() {\n" + body[:-9] + "}\n")
        self.assert_found("Type::grows has 62", "src/base/x.cpp", "\nint Type::grows(int x) const noexcept\n{\n" + body + "}\n")

    def test_a_long_file_and_a_long_header_are_found(self):
        self.assert_found("401 lines", "src/base/x.cpp", "\n" * 401)
        self.write("src/base/x.cpp", "\n")
        self.assert_found("154 lines", "src/base/x.hpp", HEADER + "\n" * 150)

    def test_a_long_line_is_found(self):
        self.assert_found("101 columns", "src/base/x.cpp", "//" + "x" * 99 + "\n")


class Functions(unittest.TestCase):
    def names(self, text):
        return [(function.name, function.lines) for function in cpp.functions(text)]

    def test_constructors_with_braced_initialisers(self):
        self.assertEqual(self.names("A::A(int x)\n    : x_{x}, y_(2), z_{std::move(q)} {\n    f();\n}\nvoid g() {}\n"),
                         [("A::A", 4), ("g", 1)])

    def test_members_of_a_class_and_what_is_not_a_function(self):
        text = ("namespace a {\nenum class E { one, two };\nstruct S {\n    int x{1};\n    bool f() const { return x; }\n"
                "private:\n    void g() {\n    }\n};\nconst auto table = std::array{R{[](int) { return 1; }}};\n}\n")
        self.assertEqual(self.names(text), [("f", 1), ("g", 2)])

    def test_braces_in_literals_and_comments_do_not_count(self):
        text = "int f() {\n    auto s = \"}}\"; char c = '}'; // }\n    auto r = R\"x(}})x\"; auto n = 1'000;\n    return 1;\n}\n"
        self.assertEqual(self.names(text), [("f", 5)])

    def test_templates_trailing_types_and_operators(self):
        text = ("template <class T>\nauto f(T x) -> std::vector<T> {\n    return {x};\n}\n"
                "bool operator()(int a) const { return a; }\nTEST(Area, name) {\n    if (x) { y(); }\n}\n")
        self.assertEqual(self.names(text), [("f", 4), ("operator()", 1), ("TEST", 3)])


class HeadersNamesTexts(TidyTest):
    def test_a_header_without_pragma_once(self):
        self.assert_found("#pragma once", "src/base/x.hpp", "/// Answers nothing.\n")

    def test_a_header_without_a_file_comment(self):
        self.assert_found("/// comment", "src/base/x.hpp", "#pragma once\n\nnamespace a {\n/// Of a type.\nstruct X;\n}\n")

    def test_empty_words_in_file_names(self):
        for word in ("manager", "helper", "utils"):
            with self.subTest(word=word):
                self.assert_found("name:", f"src/base/log_{word}.cpp", "\n")
                (self.root / f"src/base/log_{word}.cpp").unlink()

    def test_unfinished_thoughts_and_machine_paths(self):
        for text in ("TO" + "DO later", "FIX" + "ME", "see /wor" + "k/x", "in /tmp/" + "w/y"):
            with self.subTest(text=text):
                self.assert_found("text:", "docs/x.md", text + "\n")
        self.assert_clean("docs/x.md", "network/port and build/work/x\n")

    def test_links_that_lead_nowhere(self):
        self.write("docs/y.md", "\n")
        self.assert_clean("docs/x.md", "[y](y.md#part) [root](../docs) [web](https://example.org)\n")
        self.assert_found("leads nowhere", "docs/x.md", "[y](z.md)\n")


class GeneratedDocs(TidyTest):
    def generator(self, script):
        program = self.root / "generate"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program)

    def found(self, script):
        return list(tidy.check_generated_docs(tidy.Tree(self.root), self.generator(script)))

    def test_a_current_document_passes_and_an_old_one_does_not(self):
        self.write("docs/api.md", "routes\n")
        self.assertEqual(self.found('echo routes >"$1/api.md"\n'), [])
        self.assertIn("differs", self.found('echo other >"$1/api.md"\n')[0])

    def test_a_missing_document_and_a_broken_generator(self):
        self.assertIn("not in the tree", self.found('echo x >"$1/new.md"\n')[0])
        self.assertIn("failed with 3", self.found("exit 3\n")[0])
        self.assertIn("cannot be run", list(tidy.check_generated_docs(tidy.Tree(self.root), "/nonexistent"))[0])
        self.assertIn("wrote no file", self.found("exit 0\n")[0])


if __name__ == "__main__":
    unittest.main()
