"""Every query of every dashboard, asked of VictoriaMetrics and of Prometheus at the same moments."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from deploy.lab.borrowed import Report
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from tests.dashboards.pages import TARGETS
from tests.lab.dashboard_answers import Dashboards, Moment
from tests.trials.matrix.engines.stacks import USUALLY, Beside, beside, end

OTHER = Beside("victoria-metrics", 5)
FAULT, FIRES = "corosync-killed", "VIPSplitBrain"
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
        split = _compared(SPLIT, *(one.moment() for one in both))
    Monitoring(lab.fleet).reset()  # without the second cluster
    return healthy, split


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
