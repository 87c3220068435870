"""Every link leads somewhere: to a dashboard that is here, to a runbook that is written."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from dashboards.src.links import RUNBOOKS
from tests.alerts.rules import read_yaml
from tests.dashboards.pages import PAGES, REPOSITORY

VARIABLE = re.compile(r"\$\{([\w.]+)(?::\w+)?\}|\$(\w+)")
NAMED_BY_DATA = {"${__field.labels.alertname}", "${__value.raw}"}
RUNBOOK = re.compile(rf"\$\{{runbooks\}}/(?P<alert>\w+|{'|'.join(map(re.escape, NAMED_BY_DATA))})\.md")
OF_LINKS = {"__url_time_range", "__value.raw", "__field.labels.alertname", "__field.labels.cluster"}
ALERTS = {
    rule["alert"]
    for path in (REPOSITORY / "alerts" / "rules" / "5s").glob("*.yml")
    for group in read_yaml(path)["groups"]
    for rule in group["rules"]
    if "alert" in rule
}

each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def urls(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if isinstance(found.get("url"), str) and found["url"]:
            yield found["url"]
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from urls(one)


@each_page
def test_links_lead_to_dashboards_and_runbooks(page: dict[str, Any]) -> None:
    """And to nothing else."""
    for url in urls(page):
        if not url.startswith("/d/"):
            assert RUNBOOK.fullmatch(url), url
        else:
            assert url.removeprefix("/d/").partition("?")[0] in PAGES, url


@each_page
def test_every_runbook_is_that_of_an_alert(page: dict[str, Any]) -> None:
    """Panels link to runbooks of alerts that there are, and those are written."""
    found = filter(None, map(RUNBOOK.fullmatch, urls(page)))
    named = {one["alert"] for one in found} - NAMED_BY_DATA
    assert named and named <= ALERTS
    assert {name for name in named if not (REPOSITORY / "docs" / "runbooks" / f"{name}.md").exists()} == set()


def test_every_alert_has_a_panel() -> None:
    """Whoever was paged finds the runbook again beside what it is about."""
    linked = {found[1] for page in PAGES.values() for url in urls(page) if (found := RUNBOOK.fullmatch(url))}
    assert ALERTS - linked - {"Watchdog", "TicketInhibitor"} == set()


@each_page
def test_links_use_variables_that_exist(page: dict[str, Any]) -> None:
    """Those of the dashboard, and those that Grafana gives to links."""
    known = {one["name"] for one in page["templating"]["list"]} | OF_LINKS
    for url in urls(page):
        assert {one or other for one, other in VARIABLE.findall(url)} <= known, url


@each_page
def test_links_between_dashboards_keep_what_is_chosen(page: dict[str, Any]) -> None:
    """Time range, data source and cluster go along, in the drop-down and in links of panels."""
    (others,) = page["links"]
    assert (others["type"], others["tags"], others["asDropdown"]) == ("dashboards", page["tags"], True)
    assert (others["includeVars"], others["keepTime"]) == (True, True)
    for url in urls(page["panels"]):
        if url.startswith("/d/"):
            assert "?${__url_time_range}&${datasource:queryparam}&" in url
            assert "cluster" in url.rpartition("&")[2]


def test_the_way_goes_from_the_fleet_to_the_details() -> None:
    """A cluster's name leads to its Failover dashboard, the panels there to all that may have caused it."""
    led = {uid: {url.partition("?")[0] for url in urls(page["panels"])} for uid, page in PAGES.items()}
    assert "/d/failover-story" in led["failover-fleet"]
    details = ("cluster", "keepalived", "haproxy", "galera")
    assert led["failover-story"] >= {f"/d/failover-{one}" for one in details}
    assert "var-cluster=${__value.raw}" in json.dumps(PAGES["failover-fleet"])


def test_runbooks_are_where_the_alerts_say() -> None:
    """One address is to be filled in for both, and as delivered they are the same."""
    prometheus = yaml.safe_load((REPOSITORY / "alerts" / "prometheus.yml").read_text())
    assert prometheus["global"]["external_labels"]["runbooks"] == RUNBOOKS
