#!/usr/bin/env python3
"""The checkable half of docs/style.md, as a test that takes seconds.

    tests/tidy/tidy.py [--root DIR] [--generate-docs PROGRAM]

Prints one line per violation (file:line: rule: what, and what to do) and exits
1 if there is any. With --generate-docs, PROGRAM is called with an empty
directory and every file it writes there must equal the one in docs/.
"""

import argparse
import filecmp
import fnmatch
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import cpp
import rules


class Tree:
    """The files of one checkout, read once."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = sorted(self._walk(self.root))

    def _walk(self, folder):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                if path.name not in rules.SKIPPED_FOLDERS:
                    yield from self._walk(path)
            elif path.is_file():
                yield path.relative_to(self.root).as_posix()

    def code(self, *folders):
        for name in self.files:
            if name.startswith(folders) and pathlib.PurePath(name).suffix in rules.CODE_SUFFIXES:
                yield name, (self.root / name).read_text(encoding="utf-8")

    def texts(self):
        for name in self.files:
            path = pathlib.PurePath(name)
            if path.suffix in rules.TEXT_SUFFIXES and path.name not in rules.SKIPPED_FILES:
                yield name, (self.root / name).read_text(encoding="utf-8", errors="replace")


_INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def allowed_includes(source):
    """The row of the table for a path from src/; None when no row covers it."""
    folder = source.rsplit("/", 1)[0] + "/"
    best = None
    for pattern in rules.INCLUDES:
        depth = pattern.count("/")
        head = "/".join(folder.split("/")[:depth]) + "/"
        if fnmatch.fnmatchcase(head, pattern) and head.count("/") == depth:
            if best is None or (depth, "*" not in pattern) > (best[0].count("/"), "*" not in best[0]):
                best = (pattern, head)
    if best is None:
        return None
    return (best[1], *rules.INCLUDES[best[0]])


def check_includes(tree):
    for name, text in tree.code("src/"):
        source = name.removeprefix("src/")
        allowed = allowed_includes(source)
        if allowed is None:
            yield f"{name}:1: include: no row of the include table covers this folder"
            continue
        for match in _INCLUDE.finditer(text):
            place = f"{name}:{line_of(text, match.start())}: include:"
            problem = include_problem(source, allowed, match.group(1), match.group(2))
            if problem:
                yield f"{place} {problem}"


def include_problem(source, allowed, quote, target):
    if quote == "<":
        return system_include_problem(source, target)
    if "/" not in target and target.endswith(".pb.h") and source.startswith("wire/"):
        return None
    if not any(target == prefix or (prefix.endswith("/") or not prefix) and target.startswith(prefix)
               for prefix in allowed):
        folder = source.rsplit("/", 1)[0]
        return f'{folder}/ must not include "{target}" (paths start at src/; see docs/architecture.md)'
    if target.endswith(".pb.h") and not source.startswith("wire/"):
        return "generated messages belong to wire/ alone"
    return None


def system_include_problem(source, target):
    if source.startswith("core/") and rules.CORE_SYSTEM_HEADERS.match(target):
        return f"<{target}> has no place in a pure core"
    if target in ("boost/asio.hpp", "boost/beast.hpp"):
        return f"<{target}> costs seconds per file; include the parts"
    if source.endswith(".hpp"):
        if target.startswith("boost/beast"):
            return f"<{target}> in a header; keep Beast in a .cpp"
        if target.startswith("boost/asio") and not source.startswith(rules.ASIO_HEADERS):
            return f"<{target}> in a header; keep Asio behind a port"
    return None


def check_core_calls(tree):
    patterns = [(re.compile(pattern, re.MULTILINE), reason) for pattern, reason in rules.CORE_CALLS]
    for name, text in tree.code("src/core/"):
        code = cpp.blank(text)
        for pattern, reason in patterns:
            for match in pattern.finditer(code):
                found = match.group(0).strip()
                yield f"{name}:{line_of(code, match.start() + 1)}: core call: '{found}': {reason}"


def check_sizes(tree):
    for name, text in tree.code("src/", "tests/"):
        lines = text.count("\n")
        header = name.endswith(".hpp")
        limit = rules.HEADER_LINES_MAX if header else rules.SOURCE_LINES_MAX
        if lines > limit:
            yield f"{name}:1: size: {lines} lines, at most {limit}; split it by noun"
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > rules.COLUMNS_MAX and 'R"' not in line and "://" not in line:
                yield f"{name}:{number}: size: {len(line)} columns, at most {rules.COLUMNS_MAX}"
        for function in cpp.functions(text):
            if function.lines > rules.FUNCTION_LINES_MAX:
                yield (f"{name}:{function.line}: size: {function.name} has {function.lines} lines, "
                       f"at most {rules.FUNCTION_LINES_MAX}")


def check_headers(tree):
    for name, text in tree.code("src/", "tests/"):
        if not name.endswith(".hpp"):
            continue
        if not re.match(r"\s*#pragma once\n", text):
            yield f"{name}:1: header: must begin with #pragma once"
        first_include = _INCLUDE.search(text)
        head = text[:first_include.start()] if first_include else text
        body = re.split(r"^namespace\b", head, maxsplit=1, flags=re.MULTILINE)[0]
        if not re.search(r"^///\s*\S", body, re.MULTILINE):
            yield f"{name}:1: header: needs a /// comment above its includes saying what it answers"


def check_names(tree):
    for name in tree.files:
        base = pathlib.PurePath(name).name
        if rules.FILE_NAME_WORDS.search(base):
            yield f"{name}:1: name: say what it does; manager, helper and util say nothing"


def check_texts(tree):
    patterns = [(re.compile(pattern), reason) for pattern, reason in rules.FORBIDDEN_TEXT]
    for name, text in tree.texts():
        for pattern, reason in patterns:
            for match in pattern.finditer(text):
                yield f"{name}:{line_of(text, match.start())}: text: '{match.group(0)}': {reason}"


_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")


def check_links(tree):
    known = set(tree.files)
    folders = {parent.as_posix() for name in known for parent in pathlib.PurePath(name).parents}
    for name, text in tree.texts():
        if not name.endswith(".md"):
            continue
        for match in _LINK.finditer(text):
            target = match.group(1)
            if "://" in target or target.startswith("mailto:"):
                continue
            resolved = (pathlib.Path("/") / pathlib.PurePath(name).parent / target)
            path = pathlib.Path(*[part for part in _normal(resolved.parts[1:])]).as_posix()
            if path not in known and path not in folders:
                yield f"{name}:{line_of(text, match.start())}: link: '{target}' leads nowhere"


def _normal(parts):
    stack = []
    for part in parts:
        if part == ".." and stack:
            stack.pop()
        elif part not in (".", ".."):
            stack.append(part)
    return stack


def check_generated_docs(tree, program):
    with tempfile.TemporaryDirectory(prefix="baton-docs-") as folder:
        try:
            run = subprocess.run([program, folder], capture_output=True, text=True, timeout=60, check=False)
        except OSError as error:
            yield f"{program}:1: docs: cannot be run: {error.strerror}"
            return
        if run.returncode != 0:
            yield f"{program}:1: docs: failed with {run.returncode}: {run.stderr.strip()[-300:]}"
            return
        written = [path for path in pathlib.Path(folder).rglob("*") if path.is_file()]
        if not written:
            yield f"{program}:1: docs: wrote no file"
        for path in sorted(written):
            name = "docs/" + path.relative_to(folder).as_posix()
            kept = tree.root / name
            if not kept.is_file():
                yield f"{name}:1: docs: generated but not in the tree; run {program} {tree.root}/docs"
            elif not filecmp.cmp(path, kept, shallow=False):
                yield f"{name}:1: docs: differs from what is generated; run {program} {tree.root}/docs"


CHECKS = (check_includes, check_core_calls, check_sizes, check_headers, check_names, check_texts, check_links)


def summary(tree):
    lengths = [function.lines for _, text in tree.code("src/") for function in cpp.functions(text)]
    if not lengths:
        return "no functions in src/"
    return (f"{len(lengths)} functions in src/: median {statistics.median(lengths):g} lines (aim: 10), "
            f"longest {max(lengths)}")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--generate-docs", metavar="PROGRAM", action="append", default=[])
    options = parser.parse_args(arguments)
    tree = Tree(options.root)
    problems = [problem for check in CHECKS for problem in check(tree)]
    for program in options.generate_docs:
        problems += check_generated_docs(tree, program)
    for problem in problems:
        print(problem)
    print(summary(tree))
    print(f"{len(problems)} violations in {len(tree.files)} files")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
