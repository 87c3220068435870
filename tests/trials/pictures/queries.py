"""Which queries a dashboard asks over a window of time, as Grafana would (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboards.src.interpolate import POINTS, Window, interpolate
from dashboards.src.targets import choice, panels

Dashboard = Mapping[str, Any]  # the classic schema
Panel = Mapping[str, Any]
Target = Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """What is chosen at the top of the dashboard: one cluster, all of everything else."""

    cluster: str
    window: Window


@dataclass(frozen=True)
class Query:
    expr: str
    step: float | None  # seconds; None: one answer, at the end of the window


def asked(dashboard: Dashboard, view: View) -> set[Query]:
    of_panels = (by_ref(panel, dashboard, view).values() for panel in panels(dashboard))
    marks = {query(mark["target"], dashboard, view) for mark in marks_of(dashboard)}
    return marks.union(*of_panels)


def marks_of(dashboard: Dashboard) -> list[Mapping[str, Any]]:
    """Annotations that are shown without being asked for."""
    return [mark for mark in dashboard["annotations"]["list"] if mark["enable"]]


def by_ref(panel: Panel, dashboard: Dashboard, view: View) -> dict[str, Query]:
    """`maxDataPoints` is the panel's own number of points."""
    points = panel.get("maxDataPoints", POINTS)
    own = replace(view, window=replace(view.window, points=points))
    return {target["refId"]: query(target, dashboard, own) for target in panel["targets"]}


def query(target: Target, dashboard: Dashboard, view: View) -> Query:
    """`interval` is the target's own shortest step, in seconds: "15s"."""
    window = view.window
    if "interval" in target:
        window = replace(window, scrape=float(target["interval"].removesuffix("s")))
    expr = filled(target["expr"], dashboard, replace(view, window=window))
    return Query(expr, None if target.get("instant") else window.step)


def filled(text: str, dashboard: Dashboard, view: View) -> str:
    return interpolate(text, choice(dashboard, cluster=(view.cluster,)), view.window)
