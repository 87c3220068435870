from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.typed_yaml import ConfigError, Problem, load, parse


@dataclass(frozen=True)
class Inner:
    path: str = "tool"
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if self.timeout <= 0:
            raise ValueError("timeout: must be more than 0")


@dataclass(frozen=True)
class Needy:
    stats: str
    timeout: float = 5.0


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    nodes: Mapping[str, str] | None = None
    count: int = 3
    on: bool = False
    needy: Needy | None = None


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(Outer, text, "f.yml")
    return str(caught.value).splitlines()


def test_every_kind_of_value_is_read() -> None:
    """Scalars, sections, lists and mappings become the fields' types; the rest keeps its default."""
    text = """
name: x
inner: {timeout: 2}
many: [{path: a}, {path: b}]
nodes: {n1: "10.0.0.1:3306", n2: 10.0.0.2:3306}
on: true
"""
    read = parse(Outer, text, "f.yml")
    assert read == Outer(
        name="x",
        inner=Inner(timeout=2.0),
        many=(Inner(path="a"), Inner(path="b")),
        nodes={"n1": "10.0.0.1:3306", "n2": "10.0.0.2:3306"},
        on=True,
    )
    assert read.inner
    assert isinstance(read.inner.timeout, float)


def test_all_mistakes_are_listed_at_once_with_key_and_line() -> None:
    """One run shows every mistake, in the order of the lines."""
    text = """name: x
inner:
  timeuot: 1
  path: [a]
many:
  - {timeout: soon}
  - {timeout: 0}
count: 1.5
nothing: {}
count: 2
"""
    assert problems(text) == [
        "f.yml: line 3: inner.timeuot: unknown key, did you mean timeout?",
        "f.yml: line 4: inner.path: expected text",
        "f.yml: line 6: many[0].timeout: expected a number, got 'soon'",
        "f.yml: line 7: many[1].timeout: must be more than 0",
        "f.yml: line 9: nothing: unknown key, there are name, inner, many, nodes, count, on, needy",
        "f.yml: line 10: count: is there twice",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f.yml: line 1: name: is missing"),
        ("name: x\ninner:\n", "f.yml: line 2: inner: expected keys and values, for a start `inner: {}`"),
        ("- a\n", "f.yml: line 1: expected keys and values"),
        ("name: x\nmany: 3\n", "f.yml: line 2: many: expected a list"),
        ("name: x\nnodes: [a]\n", "f.yml: line 2: nodes: expected names and values"),
        ("name: x\ninner: {timeout: -1}\n", "f.yml: line 2: inner.timeout: must be more than 0"),
        ("name: [\n", "f.yml: line 2: not YAML: expected the node content, but found '<stream end>'"),
        ("name: x\x00\n", "f.yml: line 1: not YAML: "),
        ("name: *gone\n", "f.yml: line 1: not YAML: found undefined alias 'gone'"),
        ("name: 'x\x1b'\n", "f.yml: line 1: not YAML: the character U+001B is not allowed"),
        ("name: x\nmany: {}\n", "f.yml: line 2: many: expected a list, whose entries begin with `- `"),
        ("name: x\nnodes:\n", "f.yml: line 2: nodes: expected names and values, each as in `name: value`"),
        ("name: x\nneedy:\n", "f.yml: line 2: needy: expected keys and values, at least `stats: …`"),
        (
            "name: x\ninner: {timeout: !!float abc5}\n",
            "f.yml: line 2: inner.timeout: expected a number, got 'abc5'",
        ),
        ("name: x\ncount: !!int ''\n", "f.yml: line 2: count: expected a whole number"),
        ("name: x\non: !!bool maybe\n", "f.yml: line 2: on: expected true or false, got 'maybe'"),
        ("name: x\ncount: 1" + "0" * 5000, "f.yml: line 2: count: expected a whole number, got '1000"),
        (
            "name: x\ninner: {timeout: 5s}\n",
            "f.yml: line 2: inner.timeout: expected a number, got '5s': seconds are meant, write 5",
        ),
        (
            "name: x\ninner: {timeout: 500 ms}\n",
            "f.yml: line 2: inner.timeout: expected a number, got '500 ms': seconds are meant, write 0.5",
        ),
        ("name: yes\n", "f.yml: line 1: name: expected text, got 'yes', put it in quotes"),
        ("name: x\n" + "a: [" * 500, "f.yml: line 2: not YAML: nested more than 20 levels deep"),
        ("[" * 100_000, "f.yml: line 1: not YAML: nested more than 20 levels deep"),
        ("name: x\n? [a, b]\n: c\n", "f.yml: line 2: a key must be text"),
        ('name: x\n"\\e[31mred": 1\n', r"f.yml: line 2: \x1b[31mred: unknown key, there are name"),
        ("name: &a [*a]\n", "f.yml: line 1: name: expected text"),
        ("name: x\ncount: ３\n", "f.yml: line 2: count: expected a whole number, got '３'"),  # noqa: RUF001
    ],
)
def test_each_mistake_says_what_to_do(text: str, problem: str) -> None:
    """A mistake is named by key and line, in words that say what is expected."""
    assert problems(text)[0].startswith(problem)


TAGS = (
    "",
    "!!float ",
    "!!int ",
    "!!bool ",
    "!!str ",
    "!!null ",
    "!!timestamp ",
    "!!binary ",
    "!!set ",
    "!!omap ",
    "!own ",
    "!!python/object/apply:os.system ",
    "&a ",
    "&a !!merge ",
)
PLAIN = st.sampled_from(
    [
        "abc5",
        "",
        "5s",
        "~",
        "yes",
        ".nan",
        "-.inf",
        "1e999",
        "9" * 5000,
        "0x1F",
        "0o17",
        "1_0",
        "12:30:45",
        "<<",
        "*a",
        "2026-02-31",
        "=",
        "'\\e'",
        '"\\0\\e"',
        "|\n  text",
        "name",
        "inner",
        "timeout",
    ]
)
KEYS = st.sampled_from(
    ["name", "inner", "many", "nodes", "count", "on", "needy", "timeout", "path", "stats", "<<", "odd"]
)


def tagged(value: str, tag: str) -> str:
    return tag + value


def listed(values: list[str]) -> str:
    return f"[{', '.join(values)}]"


def mapped(entries: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries) + "}"


odd_values = st.recursive(
    st.builds(tagged, PLAIN, st.sampled_from(TAGS)),
    lambda inner: st.builds(
        tagged,
        st.builds(listed, st.lists(inner, max_size=4))
        | st.builds(mapped, st.lists(st.tuples(KEYS | inner, inner), max_size=5)),
        st.sampled_from(TAGS),
    ),
)
odd_documents = st.builds(mapped, st.lists(st.tuples(KEYS | odd_values, odd_values), max_size=5))


@given(st.text() | odd_values | odd_documents)
@example("count: !!float abc5")
@example("- " * 3000 + "a")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the file holds, the only error is a ConfigError with a line, which a terminal can show."""
    try:
        parse(Outer, text, "f.yml")
    except ConfigError as error:
        assert error.problems
        assert all(problem.line > 0 for problem in error.problems)
        assert all(len(str(problem)) < 400 for problem in error.problems)
        assert all(str(problem).isprintable() for problem in error.problems)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file and one that is not UTF-8 are named."""
    with pytest.raises(ConfigError, match=r"absent\.yml: can't be read: No such file or directory"):
        load(Outer, tmp_path / "absent.yml")
    with pytest.raises(ConfigError, match=r"No such file or directory; write one"):
        load(Outer, tmp_path / "absent.yml", "write one")
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load(Outer, tmp_path)
    with pytest.raises(ConfigError, match="can't be read: longer than"):
        load(Outer, Path("/dev/zero"))
    (tmp_path / "odd.yml").write_bytes(b"name: \xff")
    with pytest.raises(ConfigError) as caught:
        load(Outer, tmp_path / "odd.yml")
    assert caught.value.problems == [Problem(0, "", "can't be read: not UTF-8")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\nstats: a", "line 2: stats: is not a key of this section, but of needy"),
        ("name: x\npath: a", "line 2: path: is not a key of this section, but of inner and many[…]"),
        (
            "name: x\nmany: [{count: 1}]",
            "line 2: many[0].count: is not a key of this section, but of the outermost level",
        ),
    ],
)
def test_a_right_key_in_the_wrong_section_is_told_where_it_belongs(text: str, said: str) -> None:
    """A wrong indentation is no misspelling of another key."""
    assert problems(text) == [f"f.yml: {said}"]
