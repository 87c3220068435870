"""The alerts are those that are promised, and their queries and texts hold what they need."""

import re

import promql_parser as promql
import pytest
from prometheus_client.parser import text_string_to_metric_families

from exporter.rules.expressions import SILENT_FOR
from exporter.rules.groups import GROUPS
from exporter.rules.rule import THRESHOLD
from tests.alerts.rules import ALERTING, ALERTS, FOLDER, RECORDING, RULES, RUNBOOKS, Rule
from tests.dashboards.documented import series
from tests.dashboards.labels import Series, labels
from tests.test_docs import METRICS, expected_pages

PROMISED = {
    "critical": """VIPDown VIPSplitBrain VIPNotHeld PacemakerSplitBrain PacemakerNoQuorum PacemakerNodeUnclean
        PacemakerResourceNotRunning HAProxyNotServing HAProxyNoServers GaleraNoPrimary GaleraSplitBrain
        FailoverSlow FailoverFlapping VIPCommitsLost ClusterUnobserved GaleraReadOnly VIPWritesRefused
        KeepalivedBlackHole""",
    "warning": """FailoverHappened VIPOutage VIPConnectSlow PacemakerNodeOffline PacemakerNodeStandby
        PacemakerMaintenanceMode PacemakerResourceFailures PacemakerLeftoverConstraint CorosyncLinkDown
        CorosyncLinkFlapping CorosyncTokenLoss CorosyncNotScheduled HAProxyServerDown HAProxySessionsNearLimit
        HAProxyQueueing GaleraNodeDown GaleraNodeNotSynced GaleraFlowControl GaleraCertificationFailures
        ExporterDown CollectorFailing ClusterViewStale ProbeNotBelievable ProbeAccountRefused
        ExporterReloadFailed PacemakerResourceDisabled GaleraNodeOutOfService CorosyncQdeviceLost
        FailoverNotReady ConfigurationDrift KeepalivedDown KeepalivedNotReady KeepalivedMismatch""",
    "info": "PacemakerFencingDisabled FailoverSlowerThanPromised",
    "none": "Watchdog TicketInhibitor",
}
TEXTS = {"summary", "description", "runbook_url", "dashboard_url"}
SAID_FIRST = ["What it means", "What clients feel"]
PARTS = ["## How to look", "## How to mend", "## What not to do"]
OF_SCRAPING = {"cluster", "job", "instance"}
NUMBER = re.compile(r"[><]=? *\d+(?:\.\d+)?")  # beside a comparison
OF_A_HOST = {"HAProxyNotServing"}  # its text has the port, if another one of the same address serves
FACTS = {"0", "1", str(SILENT_FOR)}  # states are compared with these, the last is in texts: no thresholds

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
each_alert = pytest.mark.parametrize("rule", ALERTING.values(), ids=ALERTING)


def known_series() -> Series:
    """What exporters emit, and what the rules record from it, each with its labels."""
    known = series(METRICS)
    waiting = dict(RECORDING)
    while waiting:
        ready = [name for name, rule in waiting.items() if selected(rule.parsed()) <= known.keys()]
        assert ready, f"these need what nobody emits: {', '.join(waiting)}"
        known |= {name: labels(waiting.pop(name).parsed(), known) for name in ready}
    return known


def selectors(expr: promql.Expr) -> list[promql.VectorSelector]:
    found: list[promql.VectorSelector] = []

    def note(one: promql.Expr) -> bool:
        if isinstance(one, promql.VectorSelector):
            found.append(one)
        return True

    promql.walk(expr, note)
    return found


def selected(expr: promql.Expr) -> set[str]:
    return {one.name for one in selectors(expr) if one.name}


@pytest.fixture(scope="module")
def known() -> Series:
    return known_series()


@pytest.fixture(scope="module")
def samples() -> dict[str, list[dict[str, str]]]:
    """The labels of all samples of the pages that the tests expect, by name."""
    found: dict[str, list[dict[str, str]]] = {}
    for page in expected_pages():
        for family in text_string_to_metric_families(page.read_text()):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(sample.labels)
    return found


def test_the_promised_alerts_are_there() -> None:
    """Each by its name and severity, and no other."""
    promised = {name: severity for severity, names in PROMISED.items() for name in names.split()}
    assert {name: rule.labels["severity"] for name, rule in ALERTING.items()} == promised


@each_alert
def test_it_says_what_and_where_to_look(rule: Rule) -> None:
    """Its texts are there, its runbook is a page of this repository, its dashboard one of ours."""
    of_pages = {"takeover"} if rule.labels["severity"] == "critical" else set()
    assert rule.annotations.keys() == TEXTS | of_pages
    assert rule.annotations["runbook_url"] == "{{ $externalLabels.runbooks }}/" + rule.name + ".md"
    assert (RUNBOOKS / f"{rule.name}.md").exists()
    link = re.match(r"\{\{ \$externalLabels\.grafana \}\}/d/([\w-]+)", rule.annotations["dashboard_url"])
    assert link and (ALERTS.parent / "dashboards" / f"{link[1]}.json").exists()


def test_every_runbook_is_of_an_alert() -> None:
    """A page that no alert leads to would be read by nobody."""
    assert {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"} == ALERTING.keys()


@each_rule
def test_what_it_asks_for_is_emitted(rule: Rule, known: Series) -> None:
    """Every metric and label in its expression, and in the queries of its texts, exists."""
    for expr in (rule.parsed(), *rule.asked):
        labels(expr, known)


@each_rule
def test_its_selectors_can_match(rule: Rule, samples: dict[str, list[dict[str, str]]]) -> None:
    """The values that it selects by are values that a page in the tests has: no state is misspelt."""
    for expr in (rule.parsed(), *rule.asked):
        for one in selectors(expr):
            if one.name in samples:
                assert any(_matches(one, sample) for sample in samples[one.name]), one.prettify()


def _matches(one: promql.VectorSelector, sample: dict[str, str]) -> bool:
    for matcher in one.matchers.matchers:
        value = sample.get(matcher.name, "")
        if matcher.name in OF_SCRAPING or matcher.value == "x":
            continue
        if matcher.op == promql.MatchOp.Equal and value != matcher.value:
            return False
        if matcher.op == promql.MatchOp.Re and not re.fullmatch(matcher.value, value):
            return False
    return True


@each_alert
def test_its_labels_survive(rule: Rule, known: Series) -> None:
    """What its texts name is a label of its result."""
    assert rule.used_labels <= labels(rule.parsed(), known)


def test_all_are_of_one_cluster(known: Series) -> None:
    """Results have the label cluster: only the Watchdog is of none."""
    of_none = {name for name, rule in RULES.items() if "cluster" not in labels(rule.parsed(), known)}
    assert of_none == {"Watchdog"}


def test_none_tells_exporters_apart_for_nothing(known: Series) -> None:
    """job is never a label of an alert, instance only of those that are about it."""
    for rule in ALERTING.values():
        assert labels(rule.parsed(), known) & {"job", "instance"} <= rule.used_labels - {"job"}, rule.name


def test_ports_of_one_address_are_kept_apart(known: Series) -> None:
    """What is measured by port is reported by port, and named in the text; two ports never make one alert."""
    by_port = {
        name: rule
        for name, rule in ALERTING.items()
        if any("port" in known[one] for one in selected(rule.parsed())) and name not in OF_A_HOST
    }
    assert len(by_port) > 5
    for name, rule in by_port.items():
        assert "port" in labels(rule.parsed(), known) & rule.used_labels, name


def test_thresholds_stand_at_the_top() -> None:
    """A number that one may want to change has a name in its group, and is a literal in the rule made."""
    written = [rule.expr for group in GROUPS for rule in group.rules]
    numbers = {re.sub(r"[><= ]", "", one) for expr in written for one in NUMBER.findall(expr)}
    assert numbers <= FACTS
    assert not [name for name, rule in RULES.items() if THRESHOLD.search(rule.expr) or "scalar" in rule.expr]


def test_a_name_is_used_once() -> None:
    """A second rule of the same name would replace the first in these tests."""
    texts = [path.read_text() for path in FOLDER.glob("*.yml")]
    assert sum(len(_names(text)) for text in texts) == len(RULES)


def _names(text: str) -> list[str]:
    return re.findall(r"^ +- (?:alert|record): (\S+)", text, re.MULTILINE)


@each_alert
def test_its_runbook_has_all_parts(rule: Rule) -> None:
    """What it means, what clients feel, how to look, how to mend, what not to do: on less than a screen."""
    lines = (RUNBOOKS / f"{rule.name}.md").read_text().splitlines()
    assert lines[0].startswith(f"# {rule.name}: ")
    assert [line for line in lines if line.startswith("## ")] == PARTS
    assert all(any(line.startswith(f"**{part}.**") for line in lines) for part in SAID_FIRST)
    assert 15 <= len(lines) <= 40
