from collections.abc import Mapping
from typing import Any

import pytest

from tests.trials.pictures.dashboards import DASHBOARD, FAILOVERS, RECORDING, VIEW, matrix
from tests.trials.pictures.queries import asked
from tests.trials.pictures.scene import events, scene

SAMPLES = [(100, "0"), (105, "1"), (110, "2"), (115, "0"), (120, "1")]


def test_each_panel_has_the_answers_to_its_own_queries() -> None:
    """By the panel's id and the query's letter, with the step in milliseconds."""
    answers = scene(DASHBOARD, RECORDING)["answers"]
    assert answers[2]["A"]["result"][0]["metric"] == {"instance": "one"}
    assert answers[2]["B"]["step"] == 5000


def test_titles_have_their_variables_filled_in() -> None:
    """A row that stands for a cluster is named by it."""
    titles = [panel["title"] for panel in scene(DASHBOARD, RECORDING)["dashboard"]["panels"]]
    assert titles[:2] == ["production", "Held by"]


def test_the_subtitle_says_what_is_seen_and_when() -> None:
    """In UTC, as the axes are."""
    subtitle = scene(DASHBOARD, RECORDING)["subtitle"]
    assert subtitle == "1970-01-01 00:16:40 to 00:21:40 UTC; the lab's failover"


def test_an_annotation_is_marked_where_its_series_is_above_0() -> None:
    """In its own colour, not in the panels that it leaves out; times in milliseconds."""
    assert scene(DASHBOARD, RECORDING)["annotations"] == [
        {"color": "orange", "time": 1_105_000, "timeEnd": 1_120_000, "notIn": [3]}
    ]


def test_an_annotation_that_is_off_is_not_asked_for() -> None:
    """As in Grafana, where it can be switched on."""
    (mark,) = DASHBOARD["annotations"]["list"]
    off = {**DASHBOARD, "annotations": {"list": [{**mark, "enable": False}]}}
    assert scene(off, RECORDING)["annotations"] == []
    assert asked(off, VIEW) == asked(DASHBOARD, VIEW) - {FAILOVERS}


@pytest.mark.parametrize(
    ("extra", "samples", "regions"),
    [
        ({}, SAMPLES, [(105_000, 110_000), (120_000, 120_000)]),
        ({}, [(100, "0")], []),
        (
            {"useValueForTime": True},
            [(100, "90000"), (105, "90000"), (200, "150000")],
            [(90e3, 90e3), (150e3, 150e3)],
        ),
    ],
)
def test_samples_a_step_apart_are_one_region(
    extra: Mapping[str, Any], samples: list[tuple[float, str]], regions: list[tuple[float, float]]
) -> None:
    """With useValueForTime it is the values that are times, in milliseconds."""
    found = events({"iconColor": "red", "filter": {"ids": []}, **extra}, matrix({}, samples), step=5)
    assert [(one["time"], one["timeEnd"]) for one in found] == regions
