"""A failover in the lab, from minutes before to a minute after, and what its Prometheus recorded of it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from dashboards.src.interpolate import Window
from deploy.lab import exporters
from deploy.lab.borrowed import Report
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from tests.trials.pictures.queries import Dashboard, Query, View, asked
from tests.trials.pictures.recording import AttemptResult, Recording

FAULT = "corosync-killed"
# Seconds.
HEALTHY = 210.0
BROKEN = 45.0
HEALED = 60.0


def record(lab: Lab, dashboards: Sequence[Dashboard], step: Report) -> dict[str, Recording]:
    """`broken` is what a person sees who looks before anything was mended, `healed` the whole story."""
    # Rows are committed, so that there is something to see of Galera.
    with exporters.committing(lab.fleet.clients[0], lab.topology):
        start = time.time()
        _pass("healthy", HEALTHY, step)
        story = _break(lab, step)
        _pass("broken", BROKEN, step)
        broken = time.time()
        step("healing")
        lab.heal()
        _pass("healed", HEALED, step)
        healed = time.time()
    views = {
        "broken": View(lab.topology.cluster_name, _aligned(start, broken)),
        "healed": View(lab.topology.cluster_name, _aligned(start, healed)),
    }
    step("asking Prometheus what the dashboards ask")
    return {name: _recording(lab, story, view, dashboards) for name, view in views.items()}


def _pass(what: str, seconds: float, step: Report) -> None:
    """Time is what is wanted here: a history to be seen."""
    step(f"{what} for {seconds:.0f} s")
    time.sleep(seconds)


def _break(lab: Lab, step: Report) -> str:
    story = f"{FAULT} on {lab.holder()} at {datetime.now(UTC):%H:%M:%S}"
    step(story)
    lab.fault(FAULT, lab.holder())
    return story


def _aligned(start: float, end: float) -> Window:
    """To the step, as Grafana aligns what it asks for."""
    step = Window(start, end).step
    return Window(start // step * step, end // step * step)


def _recording(lab: Lab, story: str, view: View, dashboards: Sequence[Dashboard]) -> Recording:
    monitoring = Monitoring(lab.fleet)
    queries = set().union(*(asked(one, view) for one in dashboards))
    return Recording(story, view, {query: _ask(monitoring, query, view.window) for query in queries})


def _ask(monitoring: Monitoring, query: Query, window: Window) -> AttemptResult:
    if query.step is None:
        answer: AttemptResult = monitoring.prometheus.get("query", query=query.expr, time=str(window.end))
    else:
        times = {"start": str(window.start), "end": str(window.end), "step": str(query.step)}
        answer = monitoring.prometheus.get("query_range", query=query.expr, **times)
    return answer
