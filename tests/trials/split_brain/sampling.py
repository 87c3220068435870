"""Takes all pages at once, every half second."""

import time
from concurrent.futures import ThreadPoolExecutor

from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.observer import Observer
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until
from tests.trials.split_brain.signs import Sample, Sign, first_meant, shown

EVERY = 0.5  # seconds
CLEAR = 30.0  # seconds in which the signs of a split that was healed are to be gone
TIMEOUT = 5.0  # of one scrape; a page that comes late delays the next sample


class Sampler(Observer):
    """From its `with` on; `at` of a sample counts from `mark`, or from the beginning."""

    def __init__(self, lab: Lab):
        super().__init__("sampler")
        self._lab = lab
        self._topology = lab.topology
        self._hosts = [host.name for host in self._topology.balancers + self._topology.clients]
        self._samples: list[Sample] = []
        self._began = time.monotonic()

    def now(self) -> float:
        """On the samples' clock."""
        return time.monotonic() - self._began

    def samples(self, since: float = 0.0) -> list[Sample]:
        return [sample for sample in self._samples if sample.at >= since]

    def until(self, signs: frozenset[Sign], since: float, seconds: float) -> None:
        """Until each of the signs is meant; LabError says which were not."""

        def missing() -> list[str]:
            samples = self.samples(since)
            return [sign.value for sign in signs if first_meant(samples, sign) is None]

        def well() -> bool:
            if self.failure:
                raise self.failure
            return not missing()

        until("every sign of the split", well, seconds, log=lambda: "never shown: " + ", ".join(missing()))

    def more(self, count: int) -> None:
        """Until so many more samples are taken."""
        wanted = len(self._samples) + count
        until(f"{count} samples", lambda: self.failure or len(self._samples) >= wanted, 10 + count * 6)

    def clear(self, count: int) -> None:
        """Until so many samples on end show no sign: it would be of the split before."""

        def none() -> bool:
            if self.failure:
                raise self.failure
            latest = self._samples[-count:]
            return len(latest) == count and not any(sample.signs for sample in latest)

        until(
            "no sign of a split",
            none,
            CLEAR,
            log=lambda: "shown: " + ", ".join(sign.value for sign in self._samples[-1].signs),
        )

    def observe(self) -> None:
        due = time.monotonic()
        with ThreadPoolExecutor(len(self._hosts)) as pool:
            while not self.stop.is_set():
                self._samples.append(self._take(pool))
                due = max(due + EVERY, time.monotonic())
                self.stop.wait(due - time.monotonic())

    def _take(self, pool: ThreadPoolExecutor) -> Sample:
        at = self.now()
        found = list(pool.map(self._page, self._hosts))
        pages = {host: page for host, page in zip(self._hosts, found, strict=True) if page}
        return Sample(at, shown(self._topology, pages), frozenset(pages))

    def _page(self, host: str) -> Page | None:
        try:
            return scrape(self._lab, host, TIMEOUT)
        except LabError:
            return None
