"""Where panels stand, and that nothing is there twice."""

from itertools import combinations
from typing import Any

import pytest

from tests.dashboards.pages import PAGES

COLUMNS = 24
UNIT, GAP = 30, 8  # pixels of Grafana's grid
ABOVE = 130  # pixels: Grafana's own bars, and the variables
SCREEN = 1080

each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
    place = panel["gridPos"]
    return {
        (x, y)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    }


@each_page
def test_no_two_panels_overlap(page: dict[str, Any]) -> None:
    """Grafana would push one of them away."""
    for one, other in combinations(page["panels"], 2):
        assert not cells(one) & cells(other), (one["title"], other["title"])


@each_page
def test_the_grid_is_full(page: dict[str, Any]) -> None:
    """No panel stands out of the 24 columns, and there are no holes between them."""
    every = set().union(*map(cells, page["panels"]))
    bottom = max(y for _, y in every) + 1
    assert every == {(x, y) for x in range(COLUMNS) for y in range(bottom)}


@each_page
def test_ids_and_titles_are_unique(page: dict[str, Any]) -> None:
    """Links to a panel lead to one."""
    for key in ("id", "title"):
        found = [panel[key] for panel in page["panels"]]
        assert all(found) and len(set(found)) == len(found), key


def test_what_happened_needs_no_scrolling() -> None:
    """On a screen of 1920 by 1080 all that answers the question is there at once."""
    titles = ["Holds the address now", "Clients were out for", "Who holds the address", "Logins that failed"]
    found = {panel["title"]: panel["gridPos"] for panel in PAGES["failover-story"]["panels"]}
    for title in (*titles, "Time until a client is logged in"):
        bottom = (found[title]["y"] + found[title]["h"]) * (UNIT + GAP)
        assert bottom + ABOVE <= SCREEN, title


@each_page
def test_all_but_the_fleet_repeat_for_each_cluster(page: dict[str, Any]) -> None:
    """With two clusters chosen, their facts stand under headings of their own; the fleet compares them."""
    rows = [panel for panel in page["panels"] if panel["type"] == "row"]
    repeats = {row.get("repeat") for row in rows}
    assert rows and repeats == ({None} if page["uid"] == "failover-fleet" else {"cluster"})
    for row in rows:
        assert ("$cluster" in row["title"]) == (row.get("repeat") == "cluster")
