#!/usr/bin/env python3
"""What can be woven is, and what cannot is named."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import mutants
import weave

SOURCE = "int f() {\n    return 1;\n}\nint g() {\n    return 2;\n}\n"
HEAD = "origin: own\nstory: wrong\ncaught-by: simulation single_writer\nseeds: 0..9 network\nfile: core/x.cpp\n"
EDIT = "---- original\n    return 1;\n---- mutated\n    return MUTANT ? 3 : 1;\n"


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="baton-weave-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("src/core", "mutants"):
            (self.root / name).mkdir(parents=True)
        (self.root / "src/core/x.cpp").write_text(SOURCE)

    def mutant(self, name, text):
        (self.root / f"mutants/{name}.mutant").write_text(text)

    def run_weave(self, *more):
        error = io.StringIO()
        with contextlib.redirect_stderr(error):
            code = weave.main(["--mutants", str(self.root / "mutants"), "--source", str(self.root / "src"), *more])
        return code, error.getvalue()

    def weave(self):
        return self.run_weave("--out", str(self.root / "out"))

    def assert_refused(self, words):
        code, error = self.weave()
        self.assertEqual(code, 1)
        self.assertIn(words, error)
        self.assertFalse((self.root / "out").exists())


class Weaving(Folder):
    def test_the_question_takes_the_place_of_the_word(self):
        self.mutant("one", HEAD + EDIT)
        self.assertEqual(self.weave(), (0, ""))
        text = (self.root / "out/core/x.cpp").read_text()
        self.assertTrue(text.startswith('#include "mutation/mutation.hpp"\n'))
        number = mutants.read_all([self.root / "mutants"])["one"].number
        self.assertIn(f"return ::baton::mutation::active({number:#010x}U) ? 3 : 1;", text)
        self.assertIn("int g() {\n    return 2;\n}\n", text)

    def test_the_catalogue_knows_name_number_checkers_and_seeds(self):
        self.mutant("one", HEAD.replace("single_writer", "single_writer, recovers") + EDIT)
        self.weave()
        number = mutants.read_all([self.root / "mutants"])["one"].number
        self.assertIn(f'Mutant{{"one", {number:#010x}U, "single_writer,recovers", 0, 9, "network"}}',
                      (self.root / "out/catalogue.cpp").read_text())

    def test_several_snippets_and_several_mutants_meet_in_one_source(self):
        self.mutant("one", HEAD + EDIT)
        self.mutant("two", HEAD + EDIT.replace("1", "2"))
        self.assertEqual(self.weave(), (0, ""))
        self.assertEqual((self.root / "out/core/x.cpp").read_text().count("::baton::mutation::active("), 2)

    def test_what_did_not_change_is_not_written_again(self):
        self.mutant("one", HEAD + EDIT)
        self.weave()
        path = self.root / "out/core/x.cpp"
        before = path.stat().st_mtime_ns
        self.weave()
        self.assertEqual(path.stat().st_mtime_ns, before)


class Mistakes(Folder):
    def test_an_original_that_is_gone_or_stands_twice(self):
        self.mutant("one", HEAD + EDIT.replace("return 1", "return 7"))
        self.assert_refused("mutant one: its original stands 0 times in core/x.cpp")
        (self.root / "src/core/x.cpp").write_text(SOURCE + SOURCE)
        self.mutant("one", HEAD + EDIT)
        self.assert_refused("mutant one: its original stands 2 times")

    def test_a_source_that_is_gone(self):
        (self.root / "src/core/x.cpp").unlink()
        self.mutant("one", HEAD + EDIT)
        self.assert_refused("no source core/x.cpp")

    def test_a_snippet_that_would_always_be_on(self):
        self.mutant("one", HEAD + EDIT.replace("MUTANT ? 3 : 1", "3"))
        self.assert_refused("without MUTANT would always be on")

    def test_a_header_of_the_product(self):
        """Tests are compiled once, with the product's headers."""
        self.mutant("one", HEAD.replace("core/x.cpp", "core/x.hpp") + EDIT)
        self.assert_refused("mutant one: core/x.hpp is a header; move what it changes into a source")

    def test_headers_that_are_missing_or_unknown(self):
        self.mutant("one", HEAD.replace("story: wrong\n", "") + EDIT)
        self.assert_refused("'story:' is missing")
        self.mutant("one", HEAD.replace("seeds: 0..9", "seeds: many") + EDIT)
        self.assert_refused("'seeds:' wants A..B")
        self.mutant("one", "reason: none\n" + HEAD + EDIT)
        self.assert_refused("no header")
        self.mutant("one", HEAD)
        self.assert_refused("it changes nothing")


class Table(Folder):
    def test_an_old_table_is_refused_and_a_fresh_one_is_not(self):
        self.mutant("one", HEAD + EDIT)
        table = str(self.root / "mutants.md")
        self.assertEqual(self.run_weave("--table", table, "--check")[0], 1)
        self.assertEqual(self.run_weave("--table", table)[0], 0)
        self.assertEqual(self.run_weave("--table", table, "--check")[0], 0)
        self.mutant("two", HEAD.replace("own", "a thread elsewhere") + EDIT.replace("1", "2"))
        self.assertEqual(self.run_weave("--table", table, "--check")[0], 1)


if __name__ == "__main__":
    unittest.main()
