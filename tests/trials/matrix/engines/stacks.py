"""Which engines stand beside each other on one lab, each with an Alertmanager and a recorder of its own."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring, Stack
from deploy.lab.monitoring.daemon import Place
from deploy.lab.monitoring.engines import find
from deploy.lab.state import USUAL

WORDS = {"prometheus": "Prometheus", "victoria-metrics": "VictoriaMetrics"}


@dataclass(frozen=True)
class Beside:
    """An engine at an interval; the first of them is the lab's own."""

    engine: str
    interval: int  # seconds

    @property
    def late(self) -> int:
        """Evaluations by which its tickets may come later: it is late, and they wait for that."""
        return 2 * find(self.engine).late

    @property
    def name(self) -> str:
        return f"{self.engine}-{self.interval}s"


USUALLY = Beside(USUAL.engine, USUAL.interval)
EVERY = (
    USUALLY,
    Beside("prometheus-trixie", 5),
    Beside("prometheus-sid", 5),
    Beside("victoria-metrics", 5),
    Beside("prometheus", 15),
    Beside("victoria-metrics", 15),
)


def beside(lab: Lab, wanted: Iterable[Beside]) -> dict[Beside, Monitoring]:
    """Configured on that lab, and not started: reset() does that."""
    fleet = lab.fleet
    own = Stack.of(fleet)
    found = {}
    for number, one in enumerate(wanted, 1):
        usual = one == USUALLY
        stack = own if usual else Stack(own.host, one.engine, Place(one.interval, number))
        stack.configure(lab.topology)
        found[one] = Monitoring(fleet, stack)
    return found


def end(lab: Lab, wanted: Iterable[Beside]) -> None:
    """Those that are not the lab's own are stopped, and what they kept is removed."""
    for one, monitoring in beside(lab, wanted).items():
        if one != USUALLY:
            monitoring.stack.stop()
            monitoring.stack.forget()


def version(engine: str) -> str:
    """In words: ``Prometheus 2.42.0``."""
    found = find(engine)
    root = found.root()
    admin = [] if root is None else [f"--admindir={root}/var/lib/dpkg"]
    query = ["dpkg-query", *admin, "--show", "--showformat=${Version}", found.package]
    said = subprocess.run(query, capture_output=True, text=True, check=False, timeout=20).stdout
    return f"{WORDS[found.package]} {said.partition('+')[0].partition('-')[0]}"
