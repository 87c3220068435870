"""The command line. Exit codes: 0 measured and none invented, 1 one was or it could not be done, 2 usage."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.borrowed import Report
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from tests import mariadb
from tests.trials.common import circumstances, command
from tests.trials.common.processes import busy
from tests.trials.common.truth import Attempt
from tests.trials.short_outages import network, report, rounds, servers, verdict
from tests.trials.short_outages.probing import Counted, Endpoint, clients, exporting
from tests.trials.short_outages.results import Idle, Results
from tests.trials.short_outages.verdict import Round

DOCUMENT = REPOSITORY / "docs/short-outages.md"
PACKAGES = ("haproxy", "mariadb-server", "nftables")
ACCOUNT, NO_ACCOUNT, TLS, PORTS = ("127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.14")
FIRST_PORT, MANY = 3301, 16
IDLE_SECONDS = 20.0


def parser() -> argparse.ArgumentParser:
    top = command.program("short_outages", "Outages of 0.05 to 0.13 s, and what is counted.")
    command.add_rounds(top, 20, "outages of each kind")
    command.add_output(top, DOCUMENT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("short-outages", lambda: _measure(options))


def _measure(options: argparse.Namespace) -> int:
    output = command.Output(options)
    network.enter()
    with tempfile.TemporaryDirectory(prefix="short-outages-") as folder:
        results = run(Path(folder), options.rounds, output.step)
    output.document(lambda: report.document(results))
    output.results(results.as_json(), lambda screen: show(results, screen))
    return 0 if results.none_invented else 1


def run(folder: Path, count: int, step: Report) -> Results:
    at = circumstances.now(f"python -m tests.trials.short_outages --rounds {count}", "none", PACKAGES)
    share = busy(2)
    binds = [f"{address}:3306" for address in (ACCOUNT, NO_ACCOUNT, TLS)]
    binds += [f"{PORTS}:{FIRST_PORT + number}" for number in range(MANY)]
    step("starting three MariaDB")
    with servers.running(folder, binds) as refusing:
        kinds = _probes(folder)
        few, many = _few(folder, kinds, refusing, count, step), _many(folder, count, step)
        idle = [_idle(folder, name, endpoint, step) for name, endpoint in kinds.items()]
    return Results(
        at=at,
        busy=share,
        rows=(*few.rows, *many.rows),
        not_judged=few.not_judged + many.not_judged,
        late=few.late,
        late_of_many=many.late,
        idle=tuple(idle),
    )


def _probes(folder: Path) -> dict[str, Endpoint]:
    plain = _option_file(folder, "plain", "skip-ssl")
    secure = _option_file(folder, "secure", f"ssl-ca={folder}/ca.pem")
    (folder / "ca.pem").write_text("".join((folder / name / "ca.pem").read_text() for name in servers.NAMES))
    return {
        "with an account": Endpoint(ACCOUNT, client_file=plain),
        "without an account": Endpoint(NO_ACCOUNT),
        "with an account, over TLS": Endpoint(TLS, client_file=secure),
    }


def _option_file(folder: Path, name: str, line: str) -> str:
    path = folder / f"{name}.cnf"
    path.touch(0o600)
    path.write_text(f"[client]\nuser={mariadb.USER}\npassword='{mariadb.PASSWORD}'\n{line}\n")
    return str(path)


@dataclass(frozen=True)
class Made:
    rounds: Sequence[Round]
    attempts: Sequence[Attempt]  # of clients
    late: int  # attempts of the exporter

    @property
    def rows(self) -> list[verdict.Row]:
        return verdict.rows(self.rounds, self.attempts)

    @property
    def not_judged(self) -> int:
        began = {one.began for one in self.rounds}
        return len(began - {one.began for one in verdict.judged(self.rounds, self.attempts)})


def _few(
    folder: Path, kinds: dict[str, Endpoint], refusing: servers.Refusing, count: int, step: Report
) -> Made:
    endpoints = list(kinds.values())
    probes = [(name, slice(number, number + 1)) for number, name in enumerate(kinds)]
    made: list[Round] = []
    with exporting(folder, endpoints) as exporter, clients(folder, ACCOUNT) as felt:
        time.sleep(rounds.REST)
        for kind in rounds.kinds([one.address for one in endpoints], refusing):
            made += rounds.make(kind, count, exporter, probes, step)
        late = _late(exporter.counted())
    return Made(made, felt.attempts, late)


def _many(folder: Path, count: int, step: Report) -> Made:
    plain = str(folder / "plain.cnf")
    endpoints = [Endpoint(PORTS, FIRST_PORT + number, plain) for number in range(MANY)]
    with exporting(folder, endpoints) as exporter, clients(folder, ACCOUNT) as felt:
        time.sleep(rounds.REST)
        kind = rounds.rejected([PORTS, ACCOUNT])
        made = rounds.make(kind, count, exporter, [(f"{MANY} ports, with an account", slice(None))], step)
        late = _late(exporter.counted())
    return Made(made, felt.attempts, late)


def _late(counted: Sequence[Counted]) -> int:
    return sum(one.late for one in counted)


def _idle(folder: Path, name: str, endpoint: Endpoint, step: Report) -> Idle:
    """An exporter that probes this alone, at rest."""
    with exporting(folder, [endpoint]) as exporter:
        exporter.wait_at_rest()
        (before,), cpu, began = exporter.counted(), exporter.cpu(), time.monotonic()
        time.sleep(IDLE_SECONDS)
        used, seconds = exporter.cpu() - cpu, time.monotonic() - began
        (after,) = exporter.counted()
    step(f"at rest, {name}: {used / seconds:.2%} of a core")
    return Idle(name, (after.attempts - before.attempts) / seconds, used / seconds)


def show(results: Results, screen: Screen) -> None:
    for table in (verdict.table(results.rows), results.idle_table):
        screen.line("")
        screen.table(table.head, table.rows)
