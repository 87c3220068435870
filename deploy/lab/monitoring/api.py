"""The monitoring of a lab that is up, as the matrix, the demo and the tests use it."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.monitoring import notifications, pages
from deploy.lab.monitoring.notifications import Message, Notification, Text
from deploy.lab.monitoring.prometheus import Alert, Sample, Series, Target
from deploy.lab.monitoring.stack import Stack
from deploy.lab.waiting import until

SCRAPED = 25.0  # seconds, and an interval: scrapes begin 5 s after the start, and are spread over one


class Monitoring:
    def __init__(self, fleet: Fleet, stack: Stack | None = None) -> None:
        """Of the lab's own stack, or of one beside it."""
        self.stack = stack or Stack.of(fleet)
        self.host: Host = self.stack.host
        self.exporters = len(fleet.exporters)
        self.prometheus = self.stack.api()

    def reset(self) -> None:
        """All daemons without their data; returns once all is scraped."""
        self.stack.stop()
        self.stack.forget()
        self.stack.start()
        self.wait_scraped()

    def wait_scraped(self) -> None:
        """Until every exporter was scraped with success, and Alertmanager is found."""
        seen: list[Target] = []

        def scraped() -> bool:
            seen[:] = self.targets()
            whole = len(seen) >= self.exporters and all(target.health == "up" for target in seen)
            return whole and bool(self.prometheus.alertmanagers())

        log = lambda: "\n".join(f"{one.instance} {one.health} {one.error}" for one in seen)  # noqa: E731
        seconds = SCRAPED + self.stack.place.interval
        what = f"{self.stack.name} to scrape every exporter"
        until(what, scraped, seconds, log=log, abort=self.host.abort)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Without what scrapes, for measurements of an exporter's cost; it keeps its data."""
        self.stack.stop_scraping()
        try:
            yield
        finally:
            self.stack.start()

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
        return self.host.path(self.stack.recorded).read_text()

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
