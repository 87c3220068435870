"""Documents from templates, and tables in documents that people write."""

import re
from collections.abc import Iterable
from pathlib import Path

from deploy.lab.errors import LabError
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


def marks(name: str) -> tuple[str, str]:
    """Around a part of a document that a command writes."""
    return f"<!-- {name} -->", f"<!-- end {name} -->"


def spliced(document: str, name: str, text: str) -> str:
    """The document with this text between the two marks of that name; everything else stays."""
    begin, end = marks(name)
    pattern = re.compile(f"{begin}.*{end}", re.DOTALL)
    if not pattern.search(document):
        raise LabError(f"the document has no {begin} … {end}")
    return pattern.sub(lambda _: f"{begin}\n{text}\n{end}", document, count=1)
