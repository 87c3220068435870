"""What the Fleet dashboard asks with every cluster chosen, as parameters of Prometheus's API."""

import json
from collections.abc import Mapping
from dataclasses import replace

from dashboards.src.interpolate import Window, interpolate
from dashboards.src.targets import choice, panels
from deploy.lab.host import REPOSITORY

FILE = REPOSITORY / "dashboards/failover-fleet.json"
RANGE = 3600.0  # seconds


def asked(now: float) -> dict[str, Mapping[str, str]]:
    """By panel and reference, the parameters with the path as `api`."""
    page = json.loads(FILE.read_text())
    window = Window(now - RANGE, now)
    found: dict[str, Mapping[str, str]] = {}
    for panel in panels(page):
        for target in panel["targets"]:
            own = (
                replace(window, scrape=float(target["interval"].removesuffix("s")))
                if "interval" in target
                else window
            )
            expr = interpolate(target["expr"], choice(page), own)
            found[f"{panel['title']} {target['refId']}"] = _request(
                expr, own, instant=bool(target.get("instant"))
            )
    return found


def _request(expr: str, window: Window, *, instant: bool) -> dict[str, str]:
    if instant:
        return {"api": "query", "query": expr, "time": f"{window.end:.3f}"}
    times = {"start": f"{window.start:.3f}", "end": f"{window.end:.3f}", "step": f"{window.step:g}"}
    return {"api": "query_range", "query": expr, **times}
