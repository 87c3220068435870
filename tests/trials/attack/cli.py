"""The command line. Exit codes: 0 every row is good, 1 one is not or it could not be done, 2 usage."""

import argparse
from collections.abc import Callable, Iterator, Sequence

from deploy.lab.console import Screen, carried_out
from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from tests.trials.attack import (
    on_certificates,
    on_configuration,
    on_journal,
    on_pages,
    on_passwords,
    on_tools,
    report,
)
from tests.trials.attack.results import HEAD, Outcome, Results
from tests.trials.common import circumstances, command

DOCUMENT = REPOSITORY / "docs/reliability.md"
COMMAND = ".venv/bin/python -m tests.trials.attack"
LIBRARIES = ("failover-exporter", "aiohttp", "bcrypt", "prometheus-client", "PyMySQL", "PyYAML")

AREAS: dict[str, Callable[[], Iterator[Outcome]]] = {
    "pages": on_pages.attacks,
    "passwords": on_passwords.attacks,
    "certificates": on_certificates.attacks,
    "tools": on_tools.attacks,
    "journal": on_journal.attacks,
    "configuration": on_configuration.attacks,
}


def parser() -> argparse.ArgumentParser:
    top = command.program("attack", "Attacks a real exporter process, on loopback.")
    top.add_argument(
        "--only",
        action="append",
        choices=list(AREAS),
        help="these attacks alone, and no document; repeatable",
    )
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("attack", lambda: _attack(options))


def _attack(options: argparse.Namespace) -> int:
    output = command.Output(options)
    outcomes = []
    for area in options.only or AREAS:
        for outcome in _of(area):
            verdict = "good" if outcome.good else "NOT GOOD"
            output.step(f"{verdict}: {outcome.area}: {outcome.attack}: {outcome.measured}")
            outcomes.append(outcome)
    results = Results(outcomes)
    at = circumstances.now(COMMAND, "none", (), LIBRARIES)
    if not options.only:
        output.document(lambda: report.document(results, at))
    output.results(results.as_json() | {"circumstances": at.as_json()}, lambda screen: show(results, screen))
    return 0 if results.well else 1


def _of(area: str) -> Iterator[Outcome]:
    """An attack after which the page is not there any more ends its area, as a row that is not good."""
    try:
        yield from AREAS[area]()
    except LabError as error:
        yield Outcome(area, "what comes next", "it can be measured", str(error).splitlines()[0], good=False)


def show(results: Results, screen: Screen) -> None:
    screen.line("")
    screen.table(HEAD, results.table().rows)
