"""YAML into frozen dataclasses: every mistake named by key and line, all of them at once."""

import dataclasses
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

from exporter.yaml_keys import excerpt, under, unknown

DEEPEST = 20  # levels; no configuration of ours has more than five
LARGEST = 1 << 20  # characters

T = TypeVar("T")

_SCALARS: Mapping[type, tuple[str, frozenset[str]]] = {
    str: ("text", frozenset({"str", "int", "float", "timestamp"})),
    float: ("a number", frozenset({"int", "float"})),
    int: ("a whole number", frozenset({"int"})),
    bool: ("true or false", frozenset({"bool"})),
}


@dataclass(frozen=True, order=True)
class Problem:
    line: int  # from 1; 0 for a file that has none
    key: str  # as in "galera.nodes"; empty for the whole file
    message: str

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else []
        return ": ".join([*place, *([self.key] if self.key else []), self.message])


class ConfigError(Exception):
    """All problems of one file, one a line."""

    def __init__(self, name: str, problems: list[Problem]):
        super().__init__("\n".join(f"{name}: {problem}" for problem in sorted(problems)))
        self.problems = problems


def load(kind: type[T], path: Path, remedy: str = "") -> T:
    """Read a file whose keys are the fields of `kind`. Raises ConfigError, also when it can't be read.

    `remedy` is what to do where there is no such file.
    """
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise _unreadable(path, f"{error.strerror}; {remedy}" if remedy else f"{error.strerror}") from None
    except OSError as error:
        raise _unreadable(path, f"{error.strerror}") from None
    except UnicodeDecodeError:
        raise _unreadable(path, "not UTF-8") from None
    if len(text) > LARGEST:
        raise _unreadable(path, f"longer than {LARGEST:,} characters, which no configuration is")
    return parse(kind, text, str(path))


def key_lines(path: Path) -> dict[str, int]:
    """The line of each key of a file that load() took: `galera.nodes`, `vips[0].client_file`."""
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    return dict(_key_lines(root, "")) if root else {}


def _key_lines(node: yaml.Node, key: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            path = under(key, str(name.value))
            yield path, name.start_mark.line + 1
            yield from _key_lines(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield f"{key}[{index}]", value.start_mark.line + 1
            yield from _key_lines(value, f"{key}[{index}]")


def _unreadable(path: Path, reason: str) -> ConfigError:
    return ConfigError(str(path), [Problem(0, "", f"can't be read: {reason}")])


def parse(kind: type[T], text: str, name: str) -> T:
    """As load, from text; `name` stands before each problem."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(name, [Problem(line, "", f"not YAML: {error.problem or error.context}")]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        odd = f"the character U+{int(error.character):04X} is not allowed"
        raise ConfigError(name, [Problem(line, "", f"not YAML: {odd}")]) from None
    if node is None:
        node = yaml.MappingNode("tag:yaml.org,2002:map", [], yaml.Mark(name, 0, 0, 0, "", 0))
    reader = _Reader(kind)
    value = reader.read(kind, node, "")
    if reader.problems:
        raise ConfigError(name, reader.problems)
    return value  # type: ignore[no-any-return]  # read() returns what `kind` says, or notes a problem


class _Loader(yaml.SafeLoader):
    """Composes recursively, so nesting needs a bound before Python's own."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self._depth >= DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # types-PyYAML lacks it
            raise yaml.composer.ComposerError(None, None, f"nested more than {DEEPEST} levels deep", mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


class _Reader:
    """Turns YAML nodes into values of a type. A value that can't be made is None, with a problem noted."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def read(self, kind: Any, node: yaml.Node, key: str) -> Any:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            (kind,) = (one for one in get_args(kind) if one is not types.NoneType)
            origin = get_origin(kind)
        if dataclasses.is_dataclass(kind):
            return self._dataclass(kind, node, key)
        if origin is tuple:
            return self._tuple(get_args(kind)[0], node, key)
        if origin is not None:
            return self._mapping(get_args(kind)[1], node, key)
        return self._scalar(kind, node, key)

    def _problem(self, node: yaml.Node, key: str, message: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, key, message))

    def _entries(self, node: yaml.Node, key: str, expected: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Keys and values of a mapping, by the key's text."""
        if not isinstance(node, yaml.MappingNode):
            self._problem(node, key, f"expected {expected}")
            return {}
        entries: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                self._problem(name, key, "a key must be text")
                continue
            if name.value in entries:
                self._problem(name, under(key, name.value), "is there twice")
            entries[name.value] = (name, value)
        return entries

    def _dataclass(self, kind: Any, node: yaml.Node, key: str) -> Any:
        before = len(self.problems)
        fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
        hints = get_type_hints(kind)
        entries = self._entries(node, key, "keys and values" + _beginning(kind, key))
        given = {}
        for name, (name_node, value_node) in entries.items():
            if name in fields and _left_empty(kind, value_node):
                continue
            if name in fields:
                given[name] = self.read(hints[name], value_node, under(key, name))
            else:
                self._problem(name_node, under(key, name), unknown(name, list(fields), self._root))
        if len(self.problems) > before:
            return None
        missing = [name for name, field in fields.items() if name not in given and _required(field)]
        for name in missing:
            self._problem(node, under(key, name), "is missing")
        return None if missing else self._make(kind, given, node, key, entries)

    def _make(
        self, kind: Any, given: dict[str, Any], node: yaml.Node, key: str, entries: Mapping[str, Any]
    ) -> Any:
        try:
            return kind(**given)
        except ValueError as error:
            name, colon, message = str(error).partition(": ")
            if colon and name in entries:
                self._problem(entries[name][0], under(key, name), message)
            else:
                self._problem(node, key, str(error))
            return None

    def _mapping(self, kind: Any, node: yaml.Node, key: str) -> Any:
        entries = self._entries(node, key, "names and values, each as in `name: value`")
        return {name: self.read(kind, value, under(key, name)) for name, (_, value) in entries.items()}

    def _tuple(self, kind: Any, node: yaml.Node, key: str) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            self._problem(node, key, "expected a list, whose entries begin with `- `")
            return ()
        return tuple(self.read(kind, one, f"{key}[{index}]") for index, one in enumerate(node.value))

    def _scalar(self, kind: type, node: yaml.Node, key: str) -> Any:
        expected, tags = _SCALARS[kind]
        if not isinstance(node, yaml.ScalarNode):
            self._problem(node, key, f"expected {expected}")
            return None
        try:
            if node.tag.rpartition(":")[2] not in tags:
                raise ValueError("of another type")
            return node.value if kind is str else kind(_Constructor().construct_object(node))
        except (ValueError, ArithmeticError, LookupError):  # `!!int abc`, `!!int ""`, a number too large
            shown = f", got {excerpt(node.value)!r}" if node.value else ""
            self._problem(node, key, f"expected {expected}{shown}{_advice(kind, node)}")
            return None


class _Constructor(yaml.constructor.SafeConstructor):
    """Makes a number or truth value of a scalar node."""


def _advice(kind: type, node: yaml.ScalarNode) -> str:
    if kind is str and node.value:
        return ", put it in quotes"
    duration = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|m|min|h)", node.value)
    if kind is float and duration:
        seconds = float(duration[1]) * {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600}[duration[2]]
        return f": seconds are meant, write {seconds:g}"
    return ""


def _beginning(kind: Any, key: str) -> str:
    """What the least of a section looks like."""
    needed = [field.name for field in dataclasses.fields(kind) if field.init and _required(field)]
    if needed:
        return f", at least {', '.join(f'`{name}: …`' for name in needed)}"
    return f", for a start `{key.rpartition('.')[2]}: {{}}`" if key else ""


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _left_empty(kind: Any, node: yaml.Node) -> bool:
    """`key:` with nothing behind it, in a format where that is the same as no key."""
    return getattr(kind, "EMPTY_IS_ABSENT", False) and node.tag == "tag:yaml.org,2002:null"
