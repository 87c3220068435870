"""The monitoring of a lab that is up, as the matrix, the demo and the tests use it."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.monitoring import daemons, notifications, pages
from deploy.lab.monitoring.notifications import Message, Notification, Text
from deploy.lab.monitoring.prometheus import Alert, Prometheus, Sample, Series, Target
from deploy.lab.waiting import until

SCRAPED = 30.0  # seconds; Prometheus begins 5 s after its start, and spreads its targets over an interval


class Monitoring:
    def __init__(self, fleet: Fleet) -> None:
        if fleet.monitor is None:
            raise LabError("this lab runs without exporters, and so without Prometheus")
        self.host: Host = fleet.monitor
        self.exporters = len(fleet.exporters)
        self.prometheus = Prometheus(self.host, daemons.PROMETHEUS.port)

    def reset(self) -> None:
        """All three without their data: Prometheus, Alertmanager, recorder; returns once all is scraped."""
        daemons.stop(self.host, *daemons.DAEMONS)
        daemons.forget(self.host)
        daemons.start(self.host)
        self.wait_scraped()

    def wait_scraped(self, seconds: float = SCRAPED) -> None:
        """Until every exporter was scraped with success, and Alertmanager is found."""
        seen: list[Target] = []

        def scraped() -> bool:
            seen[:] = self.targets()
            whole = len(seen) >= self.exporters and all(target.health == "up" for target in seen)
            return whole and bool(self.prometheus.alertmanagers())

        log = lambda: "\n".join(f"{one.instance} {one.health} {one.error}" for one in seen)  # noqa: E731
        until("Prometheus to scrape every exporter", scraped, seconds, log=log, abort=self.host.abort)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Without Prometheus, for measurements of an exporter's cost; it keeps its data."""
        daemons.stop(self.host, daemons.PROMETHEUS)
        try:
            yield
        finally:
            daemons.start(self.host)

    def notifications(self) -> list[Notification]:
        """Since the last reset, in the order of arrival."""
        return notifications.parse(self._recorded())[0]

    def texts(self) -> list[Text]:
        """The messages to people that went out with the notifications, as people would get them."""
        return notifications.parse(self._recorded())[1]

    def messages(self) -> list[Message]:
        """What each receiver got, message by message."""
        return notifications.messages(self._recorded())

    def _recorded(self) -> str:
        return self.host.path(daemons.RECORDED).read_text()

    def query(self, promql: str, at: float | None = None) -> list[Sample]:
        return self.prometheus.query(promql, at)

    def query_range(self, promql: str, start: float, end: float, step: float = 5) -> list[Series]:
        return self.prometheus.query_range(promql, start, end, step)

    def alerts(self) -> list[Alert]:
        return self.prometheus.alerts()

    def targets(self) -> list[Target]:
        return self.prometheus.targets()

    def pages(self) -> dict[str, str]:
        """Name to URL on the machine's own loopback."""
        return pages.urls(self.host)
