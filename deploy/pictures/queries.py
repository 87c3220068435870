"""Which queries a dashboard asks over a window of time, as Grafana would (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboards.src.interpolate import Window, interpolate

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


def panels(dashboard: Dashboard) -> Iterator[Panel]:
    """All of them, those inside of collapsed rows too."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def annotations(dashboard: Dashboard) -> list[Mapping[str, Any]]:
    return [one for one in dashboard["annotations"]["list"] if one["enable"]]


def asked(dashboard: Dashboard, view: View) -> set[Query]:
    targets = [target for panel in panels(dashboard) for target in panel.get("targets", [])]
    targets += [one["target"] for one in annotations(dashboard)]
    return {query(one, dashboard, view) for one in targets}


def query(target: Target, dashboard: Dashboard, view: View) -> Query:
    """`interval` is the target's own shortest step, in seconds: "15s"."""
    window = view.window
    if "interval" in target:
        window = replace(window, scrape=float(target["interval"].removesuffix("s")))
    expr = filled(target["expr"], dashboard, replace(view, window=window))
    return Query(expr, None if target.get("instant") else window.step)


def filled(text: str, dashboard: Dashboard, view: View) -> str:
    variables = dashboard["templating"]["list"]
    whole = {one["name"]: one["allValue"] for one in variables if one["type"] == "query"}
    return interpolate(text, {**whole, "cluster": view.cluster}, view.window)
