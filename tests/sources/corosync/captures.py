"""One moment of one cluster as four captured outputs with a name in common."""

from dataclasses import dataclass
from pathlib import Path

from exporter.sources.corosync.parse.cfgtool import parse_cfgtool
from exporter.sources.corosync.parse.cmapctl import parse_map
from exporter.sources.corosync.parse.configuration import parse_configuration
from exporter.sources.corosync.parse.quorumtool import parse_quorumtool
from exporter.sources.corosync.parse.stats import parse_stats
from exporter.sources.corosync.reading import CorosyncReading, Layout, check_layout, put_together
from tests.golden import CAPTURES

CASES = sorted(path.stem for path in CAPTURES.glob("corosync-*.quorumtool"))


@dataclass(frozen=True)
class Outputs:
    quorumtool: bytes
    cfgtool: bytes
    config: bytes
    stats: bytes | None  # None with Corosync 2

    def reading(self) -> CorosyncReading:
        layout = Layout(parse_configuration(parse_map(self.config)), parse_cfgtool(self.cfgtool))
        check_layout(layout)
        stats = parse_stats(parse_map(self.stats)) if self.stats else None
        return put_together(layout, parse_quorumtool(self.quorumtool), stats)


def path(case: str, kind: str) -> Path:
    return CAPTURES / f"{case}.{kind}"


def outputs(case: str) -> Outputs:
    stats = path(case, "stats")
    return Outputs(
        quorumtool=path(case, "quorumtool").read_bytes(),
        cfgtool=path(case, "cfgtool").read_bytes(),
        config=path(case, "config").read_bytes(),
        stats=stats.read_bytes() if stats.exists() else None,
    )
