"""A failover in the lab, from minutes before to a minute after, and what its Prometheus recorded of it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from dashboards.src.interpolate import Window
from deploy.lab import exporters
from deploy.lab.borrowed import Report
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.lab.waiting import until
from tests.trials.pictures.queries import Dashboard, Query, View, asked
from tests.trials.pictures.recording import Answer, Recording

FAULT = "corosync-killed"
FIRES = 'ALERTS{alertstate="firing", severity=~"critical|warning"}'
# Seconds.
CALM = 120.0
RATES = 20.0
HEALTHY = 210.0
BROKEN = 45.0
HEALED = 60.0


def record(lab: Lab, dashboards: Sequence[Dashboard], step: Report) -> dict[str, Recording]:
    """Two recordings: `broken` ends before anything is healed, `healed` has all of it."""
    # Rows are committed, so that there is something to see of Galera.
    with exporters.committing(lab.fleet.clients[0], lab.topology):
        _wait_until_calm(lab, step)
        start = time.time()
        _pass("healthy", HEALTHY, step)
        what = _break(lab, step)
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
    return {name: _recording(lab, what, view, dashboards) for name, view in views.items()}


def _wait_until_calm(lab: Lab, step: Report) -> None:
    """No alert of the start fires any more, and rates have their windows filled."""
    monitoring = Monitoring(lab.fleet)
    step("waiting until no alert fires")
    until("no alert to fire", lambda: not monitoring.query(FIRES), CALM, step=1)
    time.sleep(RATES)


def _pass(phase: str, seconds: float, step: Report) -> None:
    """Only time can do it: the pictures are to show a history."""
    step(f"{phase} for {seconds:.0f} s")
    time.sleep(seconds)


def _break(lab: Lab, step: Report) -> str:
    what = f"{FAULT} on {lab.holder()} at {datetime.now(UTC):%H:%M:%S}"
    step(what)
    lab.fault(FAULT, lab.holder())
    return what


def _aligned(start: float, end: float) -> Window:
    """To the step, as Grafana aligns what it asks for."""
    step = Window(start, end).step
    return Window(start // step * step, end // step * step)


def _recording(lab: Lab, what: str, view: View, dashboards: Sequence[Dashboard]) -> Recording:
    monitoring = Monitoring(lab.fleet)
    queries = set().union(*(asked(one, view) for one in dashboards))
    return Recording(what, view, {query: _ask(monitoring, query, view.window) for query in queries})


def _ask(monitoring: Monitoring, query: Query, window: Window) -> Answer:
    if query.step is None:
        answer: Answer = monitoring.prometheus.get("query", query=query.expr, time=str(window.end))
    else:
        times = {"start": str(window.start), "end": str(window.end), "step": str(query.step)}
        answer = monitoring.prometheus.get("query_range", query=query.expr, **times)
    return answer
