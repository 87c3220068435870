"""What Prometheus's and Alertmanager's own tools say of the files, as they are."""

import json
import shutil
import subprocess
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from tests.alerts.rules import ALERTS

RECEIVERS = {
    "critical": "pager",
    "warning": "tickets",
    "info": "nowhere",
    "none": "nowhere",
    "unforeseen": "tickets",
}
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


def test_missing_fencing_is_a_ticket_of_its_own() -> None:
    """By the route that repeats it each week; no fault that the cluster's other tickets are grouped with."""
    labels = ["alertname=PacemakerFencingDisabled", "severity=info", "cluster=a"]
    assert amtool("config", "routes", "test", f"--config.file={CONFIG}", *labels).split() == ["tickets"]


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


SLOW = {"alertname": "FailoverSlow", "rank": "25", "from": "lb1", "to": "lb2", "cause": "node_lost"}
DOWN = {"alertname": "VIPDown", "rank": "21"}
MOVED = {"alertname": "FailoverHappened", "rank": "40", "severity": "warning"}
OFFLINE = {"alertname": "PacemakerNodeOffline", "rank": "43", "severity": "warning"}
SOMEBODYS = {"alertname": "DiskFull", "severity": "warning"}


def render(folder: Path, template: str, *alerts: dict[str, object]) -> str:
    status = "firing" if any(one["status"] == "firing" for one in alerts) else "resolved"
    data = folder / "data.json"
    message = {
        "status": status,
        "alerts": alerts,
        "groupLabels": {"cluster": "shop"},
        "externalURL": "https://am",
    }
    data.write_text(json.dumps(message))
    text = f'{{{{ template "{template}" . }}}}'
    pattern = f"--template.glob={ALERTS / 'templates' / '*.tmpl'}"
    return amtool("template", "render", pattern, f"--template.text={text}", f"--template.data={data}")


def test_a_page_says_all_that_a_person_needs_at_night(tmp_path: Path) -> None:
    """Cluster, what, since when, from, to, cause, what clients feel, where to read on."""
    page = render(tmp_path, "failover.page", alert("firing", **SLOW), alert("resolved", **DOWN))
    assert page.splitlines() == [
        "shop: FailoverSlow in a sentence",
        "FailoverSlow, critical, since 2026-11-22 03:12:20 UTC",
        "from lb1 to lb2 cause node_lost",
        "What clients feel of FailoverSlow.",
        "What to do: https://runbooks/FailoverSlow.md",
        "Dashboard: https://grafana/d/failover-story?var-cluster=shop",
        "OVER 03:15:00 UTC: shop: VIPDown in a sentence (VIPDown, since 03:12:20)",
        "Silence this cluster: https://am/#/silences/new?filter=%7Bcluster%3D%22shop%22%7D",
    ]


def test_a_page_says_whether_the_other_node_would_take_over(tmp_path: Path) -> None:
    """Where the alert knows."""
    down = alert("firing", **DOWN)
    down["annotations"] = {"summary": "shop: down", "takeover": "no (standby)"}
    assert "Would the other node take over now? no (standby)" in render(tmp_path, "failover.page", down)


@pytest.mark.parametrize("order", list(permutations((MOVED, OFFLINE, SOMEBODYS))))
def test_a_message_is_headed_by_rank(tmp_path: Path, order: tuple[dict[str, str], ...]) -> None:
    """Whatever Alertmanager lists first: that is told in full, the others in a line each, by rank too."""
    fault = [alert("firing", **one) for one in order]
    title = render(tmp_path, "failover.title", *fault).strip()
    assert title == "shop: FailoverHappened in a sentence, and 2 more"
    assert render(tmp_path, "failover.chat", *fault).splitlines() == [
        "shop: FailoverHappened in a sentence",
        "FailoverHappened, warning, since 2026-11-22 03:12:20 UTC",
        "What clients feel of FailoverHappened.",
        "What to do: https://runbooks/FailoverHappened.md",
        "Dashboard: https://grafana/d/failover-story?var-cluster=shop",
        "Also: shop: PacemakerNodeOffline in a sentence (PacemakerNodeOffline, since 03:12:20)",
        "Also: shop: DiskFull in a sentence (DiskFull, since 03:12:20)",
    ]


def test_several_of_one_rank_are_all_said(tmp_path: Path) -> None:
    """Two nodes that are offline: neither is left out, and none is said twice."""
    fault = [alert("firing", **OFFLINE, node=node) for node in ("n1", "n2")]
    assert render(tmp_path, "failover.chat", *fault).count("shop: PacemakerNodeOffline in a sentence") == 2


def test_a_mail_has_everything_of_each_alert(tmp_path: Path) -> None:
    """In the order of ranks, and what is over at the end."""
    mail = render(
        tmp_path,
        "failover.mail",
        alert("firing", **OFFLINE),
        alert("firing", **MOVED),
        alert("resolved", **SLOW),
    )
    told = [line for line in mail.splitlines() if line.startswith(("What to do", "OVER"))]
    assert told == [
        "What to do: https://runbooks/FailoverHappened.md",
        "What to do: https://runbooks/PacemakerNodeOffline.md",
        "OVER 03:15:00 UTC: shop: FailoverSlow in a sentence (FailoverSlow, since 03:12:20)",
    ]


def test_what_is_over_is_headed_by_rank_too(tmp_path: Path) -> None:
    """The end of a fault is known by the same words as its beginning."""
    over = [alert("resolved", **one) for one in (OFFLINE, MOVED)]
    title = render(tmp_path, "failover.title", *over).strip()
    assert title == "OVER: shop: FailoverHappened in a sentence, and 1 more"
    assert "Silence" not in render(tmp_path, "failover.page", *over)


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
    page = render(tmp_path, "failover.page", alert("firing", **{**SLOW, "cause": cause}))
    assert page.splitlines()[2] == f"from lb1 to lb2 {explained}"


def test_an_alert_without_a_failover_names_no_way(tmp_path: Path) -> None:
    """From, to and cause are left out, not empty."""
    page = render(tmp_path, "failover.page", alert("firing", **DOWN))
    assert page.splitlines()[1:3] == [
        "VIPDown, critical, since 2026-11-22 03:12:20 UTC",
        "What clients feel of VIPDown.",
    ]


def test_the_title_is_a_sentence_that_fires(tmp_path: Path) -> None:
    """And how many there are beside it; when all are over it says so."""
    down, slow = alert("firing", **DOWN), alert("firing", **SLOW)
    assert render(tmp_path, "failover.title", down).strip() == "shop: VIPDown in a sentence"
    assert render(tmp_path, "failover.title", slow, down).strip() == "shop: VIPDown in a sentence, and 1 more"
    assert render(tmp_path, "failover.title", slow, alert("resolved", **DOWN)).strip() == (
        "shop: FailoverSlow in a sentence"
    )
    over = render(tmp_path, "failover.title", alert("resolved", **DOWN)).strip()
    assert over == "OVER: shop: VIPDown in a sentence"


@pytest.mark.parametrize("status", ["firing", "resolved"])
def test_the_link_is_the_dashboard_of_the_headline(tmp_path: Path, status: str) -> None:
    """One tap from the notification."""
    offline = alert(status, **OFFLINE)
    offline["annotations"] = {"dashboard_url": "https://grafana/d/failover-cluster"}
    link = render(tmp_path, "failover.link", offline, alert(status, **MOVED)).strip()
    assert link == "https://grafana/d/failover-story?var-cluster=shop"
