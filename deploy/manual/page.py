"""failover-exporter(1): what argparse knows, by argparse-manpage, and sections.man, what it does not know."""

import argparse
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from argparse_manpage.manpage import Manpage  # type: ignore[import-untyped]  # it has no types

from exporter import VERSION
from exporter.cli import parser

SECTIONS = Path(__file__).with_name("sections.man")
_UNWRAPPED = 100_000  # columns: man fills the lines, and the terminal of who builds it has no say


def page() -> str:
    """In man(7), of section 1."""
    arguments = parser()
    name = str(arguments.description).rstrip(".")
    arguments.description = None  # it is the page's name; sections.man describes
    for one in _parsers(arguments):
        one.formatter_class = partial(argparse.HelpFormatter, width=_UNWRAPPED)
    made = Manpage(arguments, format="single-commands-section")
    made.description = name
    made.source = f"failover-exporter {VERSION}"
    made.manual = "User Commands"
    made.date = f"{_date():%B %d, %Y}"
    made.parse_include(SECTIONS)
    return str(made)


def subcommands(of: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, argparse.Action]]:
    """Each command's parser, and its line in the list of commands."""
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            lines = {line.dest: line for line in action._choices_actions}
            yield from ((one, lines[name]) for name, one in action.choices.items())


def _parsers(arguments: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield arguments
    for one, line in subcommands(arguments):
        line.help = None  # the page has its description, which says the same and more
        yield from _parsers(one)


def _date() -> datetime:
    """https://reproducible-builds.org/specs/source-date-epoch/"""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
