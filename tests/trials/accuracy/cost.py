"""What probing costs: the exporter at rest, probing every address of the lab."""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from deploy.lab.borrowed import Report
from deploy.lab.errors import LabError
from deploy.lab.exporters import DAEMON
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.page import scrape
from tests.trials.accuracy.verdict import Target
from tests.trials.accuracy.watch import counts
from tests.trials.common.processes import Watched, outside

SAMPLES = 40
CPU = 0.015  # of one core
GROWTH = 0.02  # of memory, which is flat below that


@dataclass(frozen=True)
class Sample:
    at: float  # seconds since the beginning
    cpu: float  # seconds so far
    resident: int  # bytes
    descriptors: int
    threads: int


@dataclass(frozen=True)
class Cost:
    seconds: float
    attempts: int
    late: int
    samples: tuple[Sample, ...]

    @property
    def cpu(self) -> float:
        """Of one core."""
        return (self.samples[-1].cpu - self.samples[0].cpu) / (self.samples[-1].at - self.samples[0].at)

    @property
    def growth(self) -> float:
        """Resident memory, the last quarter against the second: in the first one it still finds its size."""
        quarter = max(1, len(self.samples) // 4)
        before = mean(sample.resident for sample in self.samples[quarter : 2 * quarter])
        return mean(sample.resident for sample in self.samples[-quarter:]) / before - 1

    @property
    def targets(self) -> list[Target]:
        first, most = self.samples[0].descriptors, max(sample.descriptors for sample in self.samples[-10:])
        rate = self.attempts / self.seconds
        return [
            Target(f"CPU at {rate:.1f} attempts/s", f"< {CPU:.1%}", f"{self.cpu:.2%}", self.cpu < CPU),
            Target(
                "memory, growth in the second half",
                f"< {GROWTH:.0%}",
                f"{self.growth:+.2%}",
                self.growth < GROWTH,
            ),
            # A look may meet attempts under way, each with one.
            Target("descriptors, at the end", f"≤ {first + 3}", str(most), most <= first + 3),
            Target("late attempts", "0", str(self.late), self.late == 0),
        ]


def measure(lab: Lab, host: Host, seconds: float, step: Report) -> Cost:
    with Monitoring(lab.fleet).paused():
        return _measure(lab, host, seconds, step)


def _measure(lab: Lab, host: Host, seconds: float, step: Report) -> Cost:
    daemon = host.daemon(DAEMON)
    if daemon is None:
        raise LabError(f"no exporter runs on {host.name}")
    (pid,) = outside(host.pid(), [daemon.pid])
    vip = lab.topology.vip
    before, began = counts(scrape(lab, host.name), vip), time.monotonic()
    samples = []
    for number in range(SAMPLES + 1):
        time.sleep(max(0.0, began + number * seconds / SAMPLES - time.monotonic()))
        samples.append(_sample(pid, time.monotonic() - began))
        if number and number % (SAMPLES // 4) == 0:
            step(f"cost: {number * seconds / SAMPLES:.0f} of {seconds:.0f} s")
    took = time.monotonic() - began
    after = counts(scrape(lab, host.name), vip)
    return Cost(took, after.attempts - before.attempts, after.late - before.late, tuple(samples))


def _sample(pid: int, at: float) -> Sample:
    watched, folder = Watched((pid,)), Path(f"/proc/{pid}")
    return Sample(
        at,
        watched.cpu().total,
        watched.memory().resident,
        len(list((folder / "fd").iterdir())),
        len(list((folder / "task").iterdir())),
    )
