"""Just enough C++ reading for size limits: comments and literals are blanked,
braces are matched, and a brace is judged by the text in front of it."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r'//[^\n]*(?:\\\n[^\n]*)*'
    r'|/\*.*?\*/'
    r'|(?:u8|[uUL])?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'",
    re.DOTALL,
)


def blank(text):
    """The same text, line for line, without comments and literal contents."""

    def replace(match):
        found = match.group(0)
        newlines = "\n" * found.count("\n")
        if found.startswith(("//", "/*")):
            return newlines or " "
        return ('""' if '"' in found else "' '") + newlines

    return _TOKEN.sub(replace, text)


def without_directives(text):
    """Blanks preprocessor lines, continuations included."""
    lines, continued = [], False
    for line in text.split("\n"):
        directive = continued or line.lstrip().startswith("#")
        continued = directive and line.endswith("\\")
        lines.append("" if directive else line)
    return "\n".join(lines)


@dataclass
class Function:
    name: str
    line: int
    lines: int


_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum)\b(?![^(]*\))")
_EXTERN = re.compile(r'\bextern\s*""\s*$')
_CONTROL = re.compile(r"^\s*(if|for|while|switch|catch|else|do|try|return)\b")
_QUALIFIERS = re.compile(r"\)\s*(const|volatile|noexcept|override|final|mutable|requires\b.*|&&?|\s)*$", re.DOTALL)
_TRAILING_TYPE = re.compile(r"\)[\w\s]*->[^;{}()=]*(\([^;{}]*\))?[^;{}()=]*$")
_INITIALISERS = re.compile(r"\)\s*(noexcept\s*)?:(?!:)", re.DOTALL)
_NAME = re.compile(r"((?:[\w:]+::)?operator\s*(?:\(\)|[^\s(]+)|~?[A-Za-z_][\w:~]*)\s*\(")


def _balanced_end(text, start):
    """The index after the brace that closes the one at `start`."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match.group(0) == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _kind(header):
    """What a brace after `header` opens: scope, function, member or other."""
    head = re.sub(r"\[\[.*?\]\]", "", header).strip()
    if _INITIALISERS.search(head):
        return "function" if re.search(r"[)}]\s*$", head) else "member"
    if _EXTERN.search(head):
        return "scope"
    if _CONTROL.match(head):
        return "other"
    if _QUALIFIERS.search(head) or _TRAILING_TYPE.search(head):
        return "function" if not re.search(r"(?<![=!<>])=(?!=)\s*\[", head) else "other"
    return "scope" if _SCOPE.search(head) else "other"


def functions(text):
    """Every function defined at namespace or class scope. A lambda counts as
    part of the function around it."""
    code = without_directives(blank(text))
    found, begin, position = [], 0, 0
    brace = re.compile(r"[{};]|\b(?:public|private|protected)\s*:(?!:)")
    while match := brace.search(code, position):
        position = match.end()
        if match.group(0) != "{":
            begin = position
            continue
        header = code[begin:match.start()]
        kind = _kind(header)
        if kind == "scope":
            begin = position
            continue
        position = _balanced_end(code, match.start())
        if kind == "function":
            found.append(_function(code, begin, header, position))
        if kind != "member" and not _continues(code, position):
            begin = position
    return found


def _continues(code, position):
    """After `x_{1}` comes more of the same header; after a body does not."""
    return code[position:position + 80].lstrip()[:1] in (",", ")")


def _function(code, begin, header, end):
    start = begin + len(header) - len(header.lstrip())
    line = code.count("\n", 0, start) + 1
    names = _NAME.findall(header)
    return Function(names[0] if names else "?", line, code.count("\n", start, end) + 1)
