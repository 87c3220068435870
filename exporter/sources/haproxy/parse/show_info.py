"""Read `show info`: HAProxy's process."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.errors import Unparsable
from exporter.parsing import excerpt, number
from exporter.sources.haproxy.fields.info_lines import FIGURES

_NUMBERS = frozenset(figure.line for figure in FIGURES)


@dataclass(frozen=True)
class Process:
    version: str
    node: str | None
    description: str | None
    numbers: Mapping[str, float]  # by the line's name, in the line's own unit


def parse(text: str) -> Process:
    """Version, name and numbers of the process. Raises Unparsable.

    HAProxy 2.6.12, without the empty line that ends the answer:

    Name: HAProxy
    Version: 2.6.12-1+deb12u4
    Nbthread: 2
    Unstoppable Jobs: 0
    node: haproxy-node01
    """
    lines = dict(_split(line) for line in text.splitlines())
    if lines.get("Name") is None or "Version" not in lines:
        raise Unparsable(f"show info: expected lines «Name:» and «Version:», got {excerpt(text)}")
    numbers = {name: number(value, f"show info: {name}") for name, value in lines.items() if name in _NUMBERS}
    if not numbers:
        raise Unparsable(f"show info: none of the figures known, got {excerpt(text)}")
    return Process(lines["Version"], lines.get("node"), lines.get("description"), numbers)


def _split(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise Unparsable(f"show info: expected «name: value», got {excerpt(line)}")
    return name, _unquoted(value.strip())


def _unquoted(value: str) -> str:
    """As in the CSV, a text with a comma or a quote in it comes in quotes: "a ""pair"", really"."""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return value[1:-1].replace('""', '"')
    return value
