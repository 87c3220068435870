"""What Prometheus's and Alertmanager's own tools say of the files, as they are."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.alerts.rules import ALERTS

RECEIVERS = {"critical": "pager", "warning": "tickets", "info": "nowhere", "unforeseen": "tickets"}
CONFIG = str(ALERTS / "alertmanager.yml")

Run = Callable[..., str]


def runner(tool: str, package: str) -> Run:
    def run(*arguments: str) -> str:
        path = shutil.which(tool)
        if path is None:
            pytest.skip(f"{tool} is not installed (`make test` installs the package {package})")
        done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


promtool = runner("promtool", "prometheus")
amtool = runner("amtool", "prometheus-alertmanager")


INTERVALS = sorted(path.name for path in (ALERTS / "rules").iterdir())
# 4 s of CPU for each interval: those that most use run in `make check`, the others with the lab.
SELDOM = {"30s", "60s"}
each_interval = pytest.mark.parametrize("folder", INTERVALS)


def files(folder: str) -> list[str]:
    return [str(path) for path in sorted((ALERTS / folder).glob("*.yml"))]


@each_interval
def test_promtool_has_no_remark_on_the_rules(folder: str) -> None:
    """They are read, and nothing in them is doubtful."""
    promtool("check", "rules", "--lint=all", "--lint-fatal", *files(f"rules/{folder}"))


def test_promtool_reads_the_configuration() -> None:
    """alerts/prometheus.yml, with the rules and clusters that it names."""
    promtool("check", "config", str(ALERTS / "prometheus.yml"))


@pytest.mark.parametrize(
    "folder", [pytest.param(one, marks=pytest.mark.lab) if one in SELDOM else one for one in INTERVALS]
)
def test_the_alerts_fire_and_stay_silent(folder: str) -> None:
    """All of alerts/tests/."""
    promtool("test", "rules", *files(f"tests/{folder}"))


def test_amtool_reads_the_configuration() -> None:
    """alerts/alertmanager.yml, with its templates."""
    assert "1 templates" in amtool("check-config", CONFIG)


@pytest.mark.parametrize("severity", RECEIVERS)
def test_each_severity_has_its_receiver(severity: str) -> None:
    """A severity that nobody foresaw is read by day, not lost."""
    found = amtool("config", "routes", "test", f"--config.file={CONFIG}", f"severity={severity}", "cluster=a")
    assert found.split() == [RECEIVERS[severity]]


def test_the_watchdog_has_a_way_of_its_own() -> None:
    """It goes to the switch alone."""
    labels = ["alertname=Watchdog", "severity=none"]
    assert amtool("config", "routes", "test", f"--config.file={CONFIG}", *labels).split() == [
        "dead-mans-switch"
    ]


def alert(status: str, **labels: str) -> dict[str, object]:
    name = labels["alertname"]
    return {
        "status": status,
        "labels": {"cluster": "shop", "severity": "critical", **labels},
        "annotations": {
            "summary": f"shop: {name} in a sentence",
            "description": f"What clients feel of {name}.",
            "runbook_url": f"https://runbooks/{name}.md",
            "dashboard_url": "https://grafana/d/failover-story?var-cluster=shop",
        },
        "startsAt": "2026-11-22T03:12:20Z",
        "endsAt": "2026-11-22T03:15:00Z" if status == "resolved" else "0001-01-01T00:00:00Z",
    }


SLOW = {"alertname": "FailoverSlow", "from": "lb1", "to": "lb2", "cause": "node_lost"}


def render(folder: Path, template: str, *alerts: dict[str, object]) -> str:
    status = "firing" if any(one["status"] == "firing" for one in alerts) else "resolved"
    data = folder / "data.json"
    data.write_text(json.dumps({"status": status, "alerts": alerts, "groupLabels": {"cluster": "shop"}}))
    text = f'{{{{ template "{template}" . }}}}'
    pattern = f"--template.glob={ALERTS / 'templates' / '*.tmpl'}"
    return amtool("template", "render", pattern, f"--template.text={text}", f"--template.data={data}")


def test_a_page_says_all_that_a_person_needs_at_night(tmp_path: Path) -> None:
    """Cluster, what, since when, from, to, cause, what clients feel, where to read on."""
    page = render(tmp_path, "failover.text", alert("firing", **SLOW), alert("resolved", alertname="VIPDown"))
    assert page.splitlines() == [
        "shop: FailoverSlow in a sentence",
        "FailoverSlow, critical, since 2026-11-22 03:12:20 UTC",
        "from lb1 to lb2 cause node_lost",
        "What clients feel of FailoverSlow.",
        "What to do: https://runbooks/FailoverSlow.md",
        "Dashboard: https://grafana/d/failover-story?var-cluster=shop",
        "OVER 03:15:00 UTC: shop: VIPDown in a sentence (VIPDown, since 03:12:20)",
    ]


@pytest.mark.parametrize(
    ("cause", "explained"),
    [
        ("split_healed", "cause split_healed (it ran in two places, and Pacemaker stopped one)"),
        ("node_health", "cause node_health (a health or connectivity attribute barred the node)"),
        ("unknown", "cause unknown (no evidence was found)"),
        ("standby", "cause standby"),
    ],
)
def test_a_cause_that_is_no_common_word_is_explained(tmp_path: Path, cause: str, explained: str) -> None:
    """On the phone there is no runbook beside it."""
    page = render(tmp_path, "failover.text", alert("firing", **{**SLOW, "cause": cause}))
    assert page.splitlines()[2] == f"from lb1 to lb2 {explained}"


def test_an_alert_without_a_failover_names_no_way(tmp_path: Path) -> None:
    """From, to and cause are left out, not empty."""
    page = render(tmp_path, "failover.text", alert("firing", alertname="VIPDown"))
    assert page.splitlines()[1:3] == [
        "VIPDown, critical, since 2026-11-22 03:12:20 UTC",
        "What clients feel of VIPDown.",
    ]


def test_the_title_is_the_first_that_fires(tmp_path: Path) -> None:
    """And how many there are beside it; when all are over it says so."""
    down, slow = alert("firing", alertname="VIPDown"), alert("firing", **SLOW)
    assert render(tmp_path, "failover.title", down).strip() == "shop: VIPDown in a sentence"
    assert render(tmp_path, "failover.title", down, slow).strip() == "shop: VIPDown in a sentence, and 1 more"
    over = render(tmp_path, "failover.title", alert("resolved", alertname="VIPDown")).strip()
    assert over == "OVER: shop: VIPDown in a sentence"


def test_the_link_is_the_dashboard_of_the_cluster(tmp_path: Path) -> None:
    """One tap from the notification."""
    link = render(tmp_path, "failover.link", alert("firing", alertname="VIPDown")).strip()
    assert link == "https://grafana/d/failover-story?var-cluster=shop"
