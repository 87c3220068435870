"""Keys of a YAML file, as a message names them: their path, and what is said of one that is unknown."""

import dataclasses
import difflib
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

SHOWN = 60  # characters of a value, in a message


def under(key: str, name: str) -> str:
    """The path of a key in the section at `key`."""
    shown = excerpt(name if name.isprintable() else repr(name)[1:-1])
    return f"{key}.{shown}" if key else shown


def excerpt(value: str) -> str:
    """Of a value, for a message."""
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"


def unknown(name: str, known: list[str], root: Any) -> str:
    """What is said of a key that its section does not know. `root` is the dataclass of the whole file: where
    another section has a key of just that name, it is no misspelling."""
    if places := [path or "the outermost level" for path, names in _sections(root, "") if name in names]:
        return f"is not a key of this section, but of {' and '.join(places)}"
    near = difflib.get_close_matches(name[:SHOWN], known, 1)
    return f"unknown key, did you mean {near[0]}?" if near else f"unknown key, there are {', '.join(known)}"


def _sections(kind: Any, path: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The path of each dataclass in it, and the names of its keys."""
    if not dataclasses.is_dataclass(kind):
        for one in get_args(kind):
            inside = get_origin(kind) in (Union, types.UnionType)
            yield from _sections(one, path if inside else f"{path}[…]")
        return
    hints = get_type_hints(kind)
    names = frozenset(field.name for field in dataclasses.fields(kind) if field.init)
    yield path, names
    for name in sorted(names):
        yield from _sections(hints[name], under(path, name))
