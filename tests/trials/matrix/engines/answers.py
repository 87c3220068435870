"""Every query of every dashboard, asked of VictoriaMetrics and of Prometheus at the same moments."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from deploy.lab.borrowed import Report
from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.waiting import until
from tests.dashboards.pages import TARGETS
from tests.lab.dashboard_answers import PATIENCE, Dashboards, Moment
from tests.trials.matrix.engines.stacks import USUALLY, Beside, beside, end

OTHER = Beside("victoria-metrics", 5)
FAULT, FIRES = "corosync-killed", "VIPSplitBrain"
FIRING = ('ALERTS{alertstate="firing"}', 'last_over_time(ALERTS{alertstate="firing"}[15m])')  # and that did
MOMENTS = HEALTHY, SPLIT = "a healthy pair", "a split-brain"


@dataclass(frozen=True)
class Answers:
    moment: str
    asked: int  # queries, each for one cluster and for all
    refused: tuple[str, ...]  # by VictoriaMetrics
    empty: tuple[str, ...]  # there, with data in Prometheus
    more: tuple[str, ...]  # data there, empty in Prometheus
    otherwise: tuple[str, ...]  # other series

    @property
    def well(self) -> bool:
        return not (self.refused or self.empty or self.more or self.otherwise)


def answers(raw: Mapping[str, Any]) -> Answers:
    """From what asdict() made of one."""
    lists = {name: tuple(raw[name]) for name in ("refused", "empty", "more", "otherwise")}
    return Answers(**{**raw, **lists})


def run(lab: Lab, step: Report) -> Sequence[Answers]:
    """On a healthy cluster, and during a fault."""
    both = [Dashboards(lab, one) for one in beside(lab, [USUALLY, OTHER]).values()]
    with ExitStack() as stack:
        stack.callback(end, lab, [USUALLY, OTHER])
        for one in both:
            stack.callback(one.end)
            one.begin()
        step("both engines have scraped two clusters")
        healthy = _compared(HEALTHY, *(one.moment() for one in both))
        step(lab.fault(FAULT, lab.holder()))
        for one in both:
            one.fires(FIRES)
        _await_the_same_alerts(*both)
        split = _compared(SPLIT, *(one.moment() for one in both))
    Monitoring(lab.fleet).reset()  # without the second cluster
    return healthy, split


def _await_the_same_alerts(usual: Dashboards, other: Dashboards) -> None:
    """One engine is seconds later than the other (engines.md). Where they go on telling different alerts, the
    comparison says which."""

    def same() -> bool:
        return all(usual.series(expr) == other.series(expr) for expr in FIRING)

    with suppress(LabError):
        until("both engines tell the same alerts", same, PATIENCE, step=0.5)


def _briefly(refusal: str) -> str:
    """What was said, without the command that asked."""
    return refusal.rpartition("curl: ")[2]


def _compared(name: str, usual: Moment, other: Moment) -> Answers:
    """The two moments are seconds apart: values differ, series must not."""
    asked = [(chosen, target) for chosen in usual.answers for target in TARGETS]
    refused, empty, more, otherwise = [], [], [], []
    for chosen, target in asked:
        here, there = usual.data(chosen, target), other.answers[chosen][target]
        if isinstance(there, str):
            refused.append(f"{target}: {_briefly(there)}")
        elif here and not there:
            empty.append(target)
        elif there and not here:
            more.append(target)
        elif here.keys() != there.keys():
            otherwise.append(target)
    return Answers(
        name, len(asked), *(tuple(dict.fromkeys(one)) for one in (refused, empty, more, otherwise))
    )
