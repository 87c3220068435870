"""A line of haproxy.cfg as words (pure). Source: its manual, section 2.2, and parse_line() in src/tools.c."""

import re
from collections.abc import Iterable, Iterator, Mapping

# Within double quotes: "${NAME}", "${NAME-default}", "$NAME". One that isn't set is empty.
_VARIABLE = re.compile(
    r"\$(?:\{([A-Za-z_.][A-Za-z0-9_.]*)(?:\[\*\])?(?:-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def lines(texts: Iterable[str], environment: Mapping[str, str]) -> Iterator[list[str]]:
    """The words of each line; `setenv` and its like count from the next line on, as in HAProxy."""
    variables = dict(environment)
    for text in texts:
        for line in text.splitlines():
            found = words(line, variables)
            yield found
            match found:
                case ["setenv", name, value]:
                    variables[name] = value
                case ["presetenv", name, value]:
                    variables.setdefault(name, value)
                case ["unsetenv", *names]:
                    variables = {name: value for name, value in variables.items() if name not in names}
                case ["resetenv", *names]:
                    variables = {name: value for name, value in variables.items() if name in names}


def words(line: str, environment: Mapping[str, str]) -> list[str]:
    """The words of a line; none for a comment. A quote that isn't closed ends with the line."""
    found: list[str] = []
    word: list[str] = []
    begun, quote, at = False, "", 0
    while at < len(line):
        sign = line[at]
        if not quote and sign == "#":
            break
        if not quote and sign.isspace():
            if begun:
                found.append("".join(word))
            word, begun, at = [], False, at + 1
            continue
        begun = True
        if sign == quote or (not quote and sign in "\"'"):
            quote, at = "" if quote else sign, at + 1
        elif sign == "\\" and quote != "'" and at + 1 < len(line):
            taken, at = _escaped(line, at + 1)
            word.append(taken)
        elif quote == '"' and (variable := _VARIABLE.match(line, at)):
            name = variable[1] or variable[3]
            word.append(environment.get(name, variable[2] or ""))
            at = variable.end()
        else:
            word.append(sign)
            at += 1
    return [*found, "".join(word)] if begun else found


def _escaped(line: str, at: int) -> tuple[str, int]:
    """What stands behind a backslash, and where the line goes on."""
    if code := re.match(r"x([0-9A-Fa-f]{2})", line[at : at + 3]):
        return chr(int(code[1], 16)), at + 3
    return _ESCAPES.get(line[at], line[at]), at + 1
