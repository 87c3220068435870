"""Which faults the failing clusters have, and what must be told of each: as tests/trials/matrix has it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.trials.fleet.recording import Page, Recording


@dataclass(frozen=True)
class Fault:
    name: str  # of the lab
    topology: str
    shows: tuple[str, str] | None  # a series that comes to have this value on a page; None: no page is left
    page: tuple[str, ...]  # critical alerts: these, and no other
    warn: tuple[str, ...] = ()  # these, and others may come

    def shown(self, recording: Recording) -> int:
        """The first frame in which a page shows it: promises count from there."""
        pages, calm = recording.pages.values(), recording.calm
        return next(
            frame for frame in range(calm, len(recording.times)) if self._shows(pages, frame, calm - 1)
        )

    def _shows(self, pages: Iterable[Page], frame: int, before: int) -> bool:
        if self.shows is None:
            return not any(page.up[frame] for page in pages)
        name, value = self.shows
        lines = (
            line for page in pages for line in page.lines if re.match(rf"{name}\b", line.text) and line.kind
        )
        return any(line.at(frame) == value != line.at(before) for line in lines)


FAULTS = (
    Fault("haproxy-frozen", "article", ("vip_probe_up", "0.0"), page=("HAProxyNotServing",)),
    Fault("exporters-killed", "article", None, page=("ClusterUnobserved",)),
    Fault("lan-cut", "article", ("vip_claimants", "2.0"), page=("VIPSplitBrain",)),
)


def fault_of(recording: Recording) -> Fault:
    return next(one for one in FAULTS if (one.topology, one.name) == (recording.topology, recording.fault))
