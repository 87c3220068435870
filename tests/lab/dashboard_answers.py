"""What the dashboards' queries return, asked of the lab's Prometheus as Grafana asks."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboards.src.interpolate import SCRAPE, Window, interpolate
from dashboards.src.targets import Target, choice
from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.monitoring.stack import targets
from deploy.lab.waiting import until
from tests.dashboards.pages import PAGES, TARGETS

AGAIN = "the-same-again"  # a second cluster in the same Prometheus: the same exporters under another name
SCRAPES = 6  # so many make every rate
PATIENCE = 90.0  # seconds for what a test waits for
IN_LEGEND = re.compile(r"\{\{(\w+)\}\}")

Labels = frozenset[tuple[str, str]]
Result = Mapping[Labels, tuple[float, ...]]  # of an instant query one value each


@dataclass(frozen=True)
class Moment:
    """All queries at one moment, by what was chosen: one cluster, all, or both by name."""

    window: Window
    answers: Mapping[str, Mapping[str, Result | str]]  # a string is Prometheus's refusal

    def data(self, chosen: str, target: str) -> Result:
        answer = self.answers[chosen][target]
        assert not isinstance(answer, str), answer
        return answer

    def names(self, chosen: str, target: str, legend: str) -> dict[str, float]:
        """The latest value of each series, by the name that the panel gives it."""
        data = self.data(chosen, target)
        found = {named(legend, dict(labels)): values[-1] for labels, values in data.items()}
        assert len(found) == len(data), f"{target}: two series of one name"
        return found


def as_text(answer: Result) -> dict[Labels, str]:
    """To be compared: a value that is not a number is not even like itself."""
    return {labels: repr(values) for labels, values in answer.items()}


def named(legend: str, labels: Mapping[str, str]) -> str:
    return IN_LEGEND.sub(lambda match: labels.get(match[1], ""), legend)


def legends() -> Iterator[tuple[str, str]]:
    for uid, page in PAGES.items():
        for panel in page["panels"]:
            for query in panel.get("targets", []):
                if query["legendFormat"]:
                    yield f"{uid}: {panel['title']} {query['refId']}", query["legendFormat"]


class Dashboards:
    """Their queries on one lab, whose Prometheus begins without data and with two clusters.

    `monitoring` is another engine's beside the lab's own.
    """

    def __init__(self, lab: Lab, monitoring: Monitoring | None = None):
        self.lab = lab
        self.cluster = lab.topology.cluster_name
        self._monitoring = monitoring or Monitoring(lab.fleet)

    def begin(self) -> None:
        same = targets(self.lab.topology).replace(f'"{self.cluster}"', f'"{AGAIN}"')
        self._monitoring.stack.add_cluster(AGAIN, same)
        self._monitoring.reset()
        self._since = time.time()
        both = 2 * self._monitoring.exporters
        self.shown(f"count(count_over_time(up[1h]) >= {SCRAPES}) == {both}")

    def end(self) -> None:
        self._monitoring.stack.remove_cluster(AGAIN)
        if self.lab.state.faults():
            self.lab.heal()

    def fires(self, alert: str) -> None:
        """Waits until the alert fires for both clusters."""
        self.shown(f'count(ALERTS{{alertname="{alert}", alertstate="firing"}} == 1) == 2')

    def shown(self, expr: str) -> None:
        until(f"{expr}", lambda: self._monitoring.query(expr), PATIENCE, step=0.5)

    def series(self, expr: str) -> set[Labels]:
        """Now, without their values."""
        return {frozenset(one.labels.items()) for one in self._monitoring.query(expr)}

    def _scraped_since(self, moment: float) -> None:
        self.shown(f"min(timestamp(up)) > {moment:.3f}")

    def moment(self, *also: str) -> Moment:
        """As all exporters see it: each was scraped since, and long enough for a range's last point."""
        self._scraped_since(time.time() + SCRAPE)
        end = time.time()
        self._scraped_since(end)  # nothing from before the end is still on its way
        window = Window(self._since, end)
        clusters: dict[str, dict[str, tuple[str, ...]]] = {
            "one": {"cluster": (self.cluster,)},
            "all": {},
            "both": {"cluster": (self.cluster, AGAIN)},
        }
        return Moment(window, {name: self._ask(window, clusters[name]) for name in ("one", "all", *also)})

    def _ask(self, window: Window, chosen: Mapping[str, tuple[str, ...]]) -> dict[str, Result | str]:
        known: dict[tuple[str, bool], Result | str] = {}  # dashboards have queries in common
        answers = {}
        for name, target in TARGETS.items():
            expr = interpolate(target.expr, choice(PAGES[name.partition(":")[0]], **chosen), window)
            if (expr, target.instant) not in known:
                known[expr, target.instant] = self._answer(target, expr, window)
            answers[name] = known[expr, target.instant]
        return answers

    def _answer(self, target: Target, expr: str, window: Window) -> Result | str:
        try:
            if target.instant:
                samples = self._monitoring.query(expr, window.end)
                return {frozenset(one.labels.items()): (one.value,) for one in samples}
            series = self._monitoring.query_range(expr, window.start, window.end, window.step)
        except LabError as error:
            return str(error)
        return {frozenset(one.labels.items()): tuple(value for _, value in one.points) for one in series}
