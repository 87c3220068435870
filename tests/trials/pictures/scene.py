"""A dashboard with what its queries returned: all that the page draws a picture from (pure).

Its keys are those of page/src/scene.ts.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dashboards.src.targets import panels
from tests.trials.pictures.queries import Dashboard, Panel, View, by_ref, filled, marks_of, query
from tests.trials.pictures.recording import Answer, Recording

Scene = Mapping[str, Any]
Event = Mapping[str, Any]
Mark = Mapping[str, Any]  # an annotation's query, and how it is to be read


def scene(dashboard: Dashboard, recording: Recording) -> Scene:
    view = recording.view
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (view.window.start, view.window.end))
    return {
        "dashboard": {**dashboard, "panels": [_titled(one, dashboard, view) for one in dashboard["panels"]]},
        "subtitle": f"{begin:%Y-%m-%d %H:%M:%S} to {end:%H:%M:%S} UTC; {recording.what}",
        "from": view.window.start * 1000,
        "to": view.window.end * 1000,
        "answers": {panel["id"]: _answers(panel, dashboard, recording) for panel in panels(dashboard)},
        "annotations": [
            event for mark in marks_of(dashboard) for event in _events(mark, dashboard, recording)
        ],
    }


def _titled(panel: Panel, dashboard: Dashboard, view: View) -> Panel:
    return {**panel, "title": filled(panel["title"], dashboard, view)}


def _answers(panel: Panel, dashboard: Dashboard, recording: Recording) -> dict[str, Any]:
    window = recording.view.window
    return {
        ref: {**recording.answer(one), "step": (one.step or window.step) * 1000}
        for ref, one in by_ref(panel, dashboard, recording.view).items()
    }


def _events(mark: Mark, dashboard: Dashboard, recording: Recording) -> Iterator[Event]:
    asked = query(mark["target"], dashboard, recording.view)
    return events(mark, recording.answer(asked), asked.step or recording.view.window.step)


def events(mark: Mark, answer: Answer, step: float) -> Iterator[Event]:
    """Where the series is above 0, as Grafana's Prometheus data source reads an annotation's answer.

    Times in milliseconds. With useValueForTime the values themselves are the times.
    """
    without = mark["filter"]["ids"]  # panels; each of ours excludes some
    for series in answer["result"]:
        for begin, end in _regions(_times(mark, series["values"]), step * 1000):
            yield {"color": mark["iconColor"], "time": begin, "timeEnd": end, "notIn": without}


def _times(mark: Mark, samples: list[tuple[float, str]]) -> list[float]:
    if mark.get("useValueForTime"):
        return [float(value) for _, value in samples]
    return [time * 1000 for time, value in samples if float(value) > 0]


def _regions(times: list[float], step: float) -> list[tuple[float, float]]:
    """Times no more than a step apart are one."""
    regions: list[tuple[float, float]] = []
    for time in times:
        if regions and time <= regions[-1][1] + step:
            regions[-1] = (regions[-1][0], time)
        else:
            regions.append((time, time))
    return regions
