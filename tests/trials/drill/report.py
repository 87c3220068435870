"""docs/drill.md, and the table in the README."""

import re
from pathlib import Path

from deploy.lab.errors import LabError
from tests.trials.compare.tables import Table
from tests.trials.drill.results import Results, table

BEGIN, END = "<!-- drill -->", "<!-- end drill -->"

TEMPLATE = Path(__file__).with_name("drill.md.template")


def document(results: Results) -> str:
    return TEMPLATE.read_text().format(
        command=results.command,
        when=results.when.strftime("%Y-%m-%d %H:%M UTC"),
        topology=results.topology,
        machine=results.machine,
        host=results.host,
        table=table(results.outcomes).markdown(),
        problems="\n".join(f"- **{one}**" for one in results.problems) or "All is as it should be.",
        versions=Table(("", "version"), results.versions).markdown(),
    )


def spliced(readme: str, results: Results) -> str:
    """The README with the table between its two marks; what else is there stays."""
    when = f"`make drill`, {results.when:%Y-%m-%d}: [docs/drill.md](docs/drill.md) says what the columns are."
    text = f"{BEGIN}\n{table(results.outcomes).markdown()}\n\n{when}\n{END}"
    pattern = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    if not pattern.search(readme):
        raise LabError(f"the README has no {BEGIN} … {END}")
    return pattern.sub(lambda _: text, readme, count=1)
