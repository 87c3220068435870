"""A failover in the lab, from minutes before to a minute after, and what its Prometheus recorded of it."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from dashboards.src.interpolate import Window
from deploy.lab.borrowed import Report
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring
from deploy.pictures.queries import Dashboard, Query, View, asked
from deploy.pictures.recording import Answer, Recording

FAULT = "corosync-killed"
# Seconds.
HEALTHY = 210.0
BROKEN = 30.0
HEALED = 60.0


def record(lab: Lab, dashboards: Iterable[Dashboard], step: Report) -> Recording:
    start = time.time()
    _pass("healthy", HEALTHY, step)
    holder = lab.holder()
    step(f"{FAULT} on {holder}")
    fault = datetime.now(UTC)
    lab.fault(FAULT, holder)
    _pass("broken", BROKEN, step)
    step("healing")
    lab.heal()
    _pass("healed", HEALED, step)
    view = View(lab.topology.cluster_name, _aligned(start, time.time()))
    queries = set().union(*(asked(one, view) for one in dashboards))
    step(f"asking Prometheus {len(queries)} queries")
    monitoring = Monitoring(lab.fleet)
    return Recording(
        story=f"the lab's {FAULT} on {holder} at {fault:%H:%M:%S}",
        view=view,
        answers={query: _ask(monitoring, query, view.window) for query in queries},
    )


def _pass(what: str, seconds: float, step: Report) -> None:
    """Time is what is wanted here: a history to be seen."""
    step(f"{what} for {seconds:.0f} s")
    time.sleep(seconds)


def _aligned(start: float, end: float) -> Window:
    """To the step, as Grafana aligns what it asks for."""
    step = Window(start, end).step
    return Window(start // step * step, end // step * step)


def _ask(monitoring: Monitoring, query: Query, window: Window) -> Answer:
    if query.step is None:
        answer: Answer = monitoring.prometheus.get("query", query=query.expr, time=str(window.end))
    else:
        times = {"start": str(window.start), "end": str(window.end), "step": str(query.step)}
        answer = monitoring.prometheus.get("query_range", query=query.expr, **times)
    return answer
