"""Documents from templates, and tables in documents that people write."""

from collections.abc import Iterable
from pathlib import Path

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.tables import Table


def filled(template: Path, at: Circumstances, **fields: object) -> str:
    """The template with these fields, and with those of the circumstances."""
    return template.read_text().format(
        when=at.when.strftime("%Y-%m-%d %H:%M UTC"),
        command=at.command,
        topology=at.topology,
        machine=at.machine,
        versions=Table(("", "version"), at.versions).markdown(),
        **fields,
    )


def listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def listed_in_bold(lines: Iterable[str]) -> str:
    return listed(f"**{line}**" for line in lines)
