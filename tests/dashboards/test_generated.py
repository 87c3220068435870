"""The JSON in git is what the sources make, and what Grafana's own types read."""

import json
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.src.__main__ import pages
from dashboards.src.page import encode
from tests.dashboards.pages import FOLDER, PAGES

register_default_plugins()


def test_the_files_are_as_generated() -> None:
    """`make dashboards` would change nothing, and there is no other file."""
    made = {name: page.json() for name, page in pages().items()}
    assert {path.stem: path.read_text() for path in FOLDER.glob("*.json")} == made


@pytest.mark.parametrize("uid", PAGES)
def test_they_round_trip_through_the_sdk(uid: str) -> None:
    """Read by Grafana's own types and written again, each is the same: no field has a wrong name or place."""
    assert json.loads(encode(Dashboard.from_json(PAGES[uid]))) == PAGES[uid]


@pytest.mark.parametrize("uid", PAGES)
def test_the_file_is_named_after_the_uid(uid: str) -> None:
    """So that links, alerts and files agree."""
    assert PAGES[uid]["uid"] == uid


def test_nothing_is_hidden_in_a_menu() -> None:
    """Links and annotations stay where people see them."""
    assert not any("inControlsMenu" in Path(FOLDER, f"{uid}.json").read_text() for uid in PAGES)
