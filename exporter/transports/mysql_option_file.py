"""MySQL option files, read as MySQL's and MariaDB's own clients read them.

Source of the format: "Using Option Files" in MySQL's manual, "Configuring MariaDB with Option Files" in
MariaDB's, and where they are silent, mysys/my_default.c and what my_print_defaults 10.11 prints (a test
compares the two).

- Groups [client], [client-server] and [client-mariadb], as MariaDB's client library reads them; case doesn't
  matter. What comes later wins, whatever its group. Keys that are not known are ignored.
- `#` begins a comment anywhere outside of quotes, `;` at the beginning of a line. Quotes around a whole value
  are removed; \\b \\t \\n \\r \\s \\\\ \\" \\' are escapes, inside of quotes and outside.
- `!include FILE` and `!includedir FOLDER` (its *.cnf, by name), at most 10 deep. An included file begins
  outside of any group. A missing FILE or one with a mistake costs the clients only what is in it: a notice. A
  missing FOLDER, and a mistake in the first file, end them: an error.
- A file that everybody may write to is not read: a notice, for the first file an error.
"""

import grp
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from exporter.errors import Denied, SourceError, Unparsable, Unreachable
from exporter.parsing import excerpt
from exporter.transports.file_stamp import Stamp, stamp

GROUPS = ("client", "client-server", "client-mariadb")
DEPTH = 10
FILES_AT_MOST = 1000  # a file that includes itself twice, 10 deep, is read 1,023 times
LONGEST_LINE = 4094  # bytes; the clients would read a longer one as several

_BLANKS = " \t\n\v\f\r\xa0"  # bytes of Latin-1: to the clients, UTF-8's second byte of "à" is a blank too
_DIRECTIVE = re.compile(rf"(include|includedir)(?:[{_BLANKS}]+(.*))?", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "s": " ", '"': '"', "'": "'", "\\": "\\"}


@dataclass
class OptionFile:
    """What a file and those that it includes say to a client."""

    # By key, lower-case and with `-` for `_`, in the order of their last mention; None: a key without `=`.
    options: dict[str, bytes | None] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)  # which file an option's value is from
    stamps: dict[str, Stamp] = field(
        default_factory=dict
    )  # of each file and folder, as it was before it was read
    notices: list[str] = field(default_factory=list)  # what the clients warn of, and go on
    files: int = 0  # read so far, each as often as it was included


def read_option_file(path: str) -> OptionFile:
    """Raises Unreachable, Denied or Unparsable, with the path and the line, and never with what is in the
    line."""
    found = OptionFile()
    _read(path, found, 0)
    return found


def _read(path: str, found: OptionFile, depth: int) -> None:
    found.stamps[path] = stamp(path)
    found.files += 1
    if found.files > FILES_AT_MOST:
        raise Unparsable(f"{path}: included files within included files, more than {FILES_AT_MOST}")
    group = None
    for number, text in enumerate(_lines(path), 1):
        where = f"{path}: line {number}"
        if text[0] == "!":
            _directive(text[1:].lstrip(_BLANKS), where, found, depth)
        elif text[0] == "[":
            group = _group(text, where)
        elif group is None and text[0] not in "#;":
            raise Unparsable(f"{where}: an option before the first [group]")
        elif group in GROUPS and text[0] not in "#;":
            key, value = _option(text)
            found.options.pop(key, None)
            found.options[key], found.origins[key] = value, path


def _lines(path: str) -> Iterator[str]:
    """Without blanks around; empty ones become a comment. A character is a byte."""
    for line in _content(path).split(b"\n"):
        if len(line) > LONGEST_LINE or b"\0" in line:
            raise Unparsable(
                f"{path}: not a MySQL option file (a line with NUL, or of more than {LONGEST_LINE} bytes)"
            )
        yield line.decode("latin-1").strip(_BLANKS) or "#"


def _content(path: str) -> bytes:
    file = Path(path)
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):  # reading a FIFO may take for ever
            raise Unreachable(f"{path}: {'Is a directory' if stat.S_ISDIR(mode) else 'not a regular file'}")
        if mode & stat.S_IWOTH:
            raise Denied(
                f"{path}: everybody may write to it, and MySQL's clients don't read such a file: chmod o-w"
            )
        return file.read_bytes()
    except FileNotFoundError:
        raise Unreachable(f"{path}: there is no such file") from None
    except PermissionError:
        give = f"`chgrp {_own_group()} {path} && chmod g+r {path}`"
        raise Denied(f"{path}: no right to read it: {give} lets this program's group") from None
    except (OSError, ValueError) as error:
        raise Unreachable(f"{path}: {getattr(error, 'strerror', error)}") from None


def _own_group() -> str:
    try:
        return grp.getgrgid(os.getegid()).gr_name
    except KeyError:
        return str(os.getegid())


def _group(text: str, where: str) -> str:
    name, closed, _ = text[1:].partition("]")
    if not closed:
        raise Unparsable(f"{where}: a [group] without its ]")
    return name.rstrip(_BLANKS).lower()


def _option(text: str) -> tuple[str, bytes | None]:
    key, assigned, value = _without_comment(text).partition("=")
    value = value.strip(_BLANKS)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return _canonical(key.rstrip(_BLANKS)), _unescaped(value).encode("latin-1") if assigned else None


def _without_comment(text: str) -> str:
    """Quotes protect a `#`, wherever they begin; a backslash protects a quote inside of quotes."""
    quote, escaped = "", False
    for place, character in enumerate(text):
        if character in "'\"" and not escaped and quote in ("", character):
            quote = "" if quote else character
        elif character == "#" and not quote:
            return text[:place]
        escaped = bool(quote) and character == "\\" and not escaped
    return text


def _unescaped(value: str) -> str:
    """An escape that is not known, and a backslash at the end, stay as they are."""
    rest = iter(value)
    return "".join(_escape(next(rest, "")) if character == "\\" else character for character in rest)


def _escape(letter: str) -> str:
    return _ESCAPES.get(letter, "\\" + letter)


def _canonical(key: str) -> str:
    """`loose-` only says that a client which doesn't know the key may go on; here that is so for all."""
    return re.sub("^(loose-)+", "", key.lower().replace("_", "-"))


def _directive(text: str, where: str, found: OptionFile, depth: int) -> None:
    """As to the clients, another word than these two is nothing."""
    match = _DIRECTIVE.fullmatch(text)
    if not match:
        return
    word, path = match[1], os.fsdecode((match[2] or "").encode("latin-1"))
    if depth >= DEPTH:
        found.notices.append(f"{where}: !{word} is not followed, it is {DEPTH} files deep already")
    elif not path:
        raise Unparsable(f"{where}: !{word} without a path")
    elif word == "include":
        _include(os.path.expanduser(path), where, found, depth + 1)  # noqa: PTH111  # Path would drop a "./"
    else:
        _include_folder(path, where, found, depth + 1)


def _include_folder(folder: str, where: str, found: OptionFile, depth: int) -> None:
    found.stamps[folder] = stamp(folder)
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  # the clients sort by name, as bytes
    except OSError as error:
        raise Unparsable(f"{where}: !includedir {excerpt(folder)}: {error.strerror}") from None
    for name in names:
        if name.endswith(".cnf"):
            _include(str(Path(folder, name)), where, found, depth)


def _include(path: str, where: str, found: OptionFile, depth: int) -> None:
    try:
        _read(path, found, depth)
    except SourceError as error:
        if found.files > FILES_AT_MOST:
            raise
        found.notices.append(f"included by {where}: {error}")
