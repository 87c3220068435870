"""Documents from templates, and tables in documents that people write."""

from collections.abc import Collection, Iterable
from pathlib import Path

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.tables import Table


def filled(template: Path, at: Circumstances, **fields: object) -> str:
    """The template with these fields, and with those of the circumstances."""
    return template.read_text().format(
        when=_when(at),
        command=at.command,
        topology=at.topology,
        machine=at.machine,
        versions=Table(("", "version"), at.versions).markdown(),
        **fields,
    )


def measured(at: Circumstances) -> str:
    """What follows «measured» above a table in a document that people write."""
    versions = ", ".join(f"{name} {version}" for name, version in at.versions)
    return f"on {_when(at)} with {versions}; {at.machine}. Again: `{at.command}`."


def not_run(every: Iterable[str], done: Collection[str]) -> str:
    """The sentence after that, if some were left out."""
    left = [f"`{name}`" for name in every if name not in done]
    return f" Not run this time: {', '.join(left)}." if left else ""


def _when(at: Circumstances) -> str:
    return at.when.strftime("%Y-%m-%d %H:%M UTC")


def listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def listed_in_bold(lines: Iterable[str]) -> str:
    return listed(f"**{line}**" for line in lines)


def problems_listed(problems: Iterable[str]) -> str:
    return listed_in_bold(problems) or "Nothing is otherwise than it should be."
