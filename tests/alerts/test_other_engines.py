"""The unit tests, judged by newer Prometheus and by VictoriaMetrics: every alert at the same moment."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.src import unit_tests
from deploy.lab.errors import LabError
from deploy.lab.monitoring.engines import roots
from deploy.packages.roots import run
from exporter.rules import groups
from exporter.rules.rule import Alert
from exporter.rules.site import READY, Site
from tests.alerts.rules import ALERTS

pytestmark = pytest.mark.lab

LINKS = {"runbook_url": "https://R", "dashboard_url": "https://G"}
LATE = 2  # evaluations: what vmalert recorded it knows at the next one, and SECONDS is made of EVENT
HEX = re.compile(r"(?<![\w.+-])0x(\d+)")  # read as a hexadecimal number; 0+0x12 is the same thirteen zeros
FIRING = re.compile(r'ALERTS\{(?P<own>alertname="(?P<alert>\w+)")')
OF_GROUP = {
    rule.alert: group.name for group in groups.GROUPS for rule in group.rules if isinstance(rule, Alert)
}
LARGE = re.compile(r"\b(\d+)e9")  # not read at all

each_interval = pytest.mark.parametrize("interval", READY)


def engines(release: str) -> Path:
    try:
        return roots.root(release)
    except LabError as error:
        pytest.skip(str(error))


@each_interval
@pytest.mark.parametrize("release", ["trixie", "sid"])
def test_newer_prometheus(release: str, tmp_path: Path, interval: int) -> None:
    """Prometheus 2.53 and 3.5 have no remark on the rules, and they fire and stay silent as with 2.42."""
    script = f"""
        promtool check rules --lint=all --lint-fatal /in/rules/{interval}s/*.yml
        promtool test rules /in/tests/{interval}s/*.yml
    """
    assert "FAILED" not in run(engines(release), ALERTS, tmp_path, "sh", "-euc", script)


@each_interval
def test_victoria_metrics(tmp_path: Path, interval: int) -> None:
    """vmalert agrees; but it tells what is recorded from recorded series two evaluations later."""
    site = Site(interval, runbooks=LINKS["runbook_url"], grafana=LINKS["dashboard_url"])
    for name, text in groups.files(site).items():
        _write(tmp_path / "in" / "rules" / f"{interval}s" / name, text)
    for name, text in unit_tests.made(interval).items():
        tests = translated(text)
        if name == "failover.yml":
            for test in tests["tests"]:
                told_later(test, LATE * interval)
        _write(tmp_path / "in" / "tests" / f"{interval}s" / name, yaml.safe_dump(tests, sort_keys=False))
    files = f"--files='/in/tests/{interval}s/*.yml'"
    script = f"""
        ip link set lo up
        vmalert-tool unittest --disableAlertgroupLabel {files} >/out/said 2>&1 || true
    """
    run(engines("trixie"), tmp_path / "in", tmp_path, "sh", "-euc", script)
    said = (tmp_path / "said").read_text()
    assert said.count("SUCCESS") == len(unit_tests.made(interval)), said


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def translated(text: str) -> dict[str, Any]:
    """As vmalert-tool reads it. Its external labels would be labels of each alert: links are written out."""
    for name, link in LINKS.items():
        text = re.sub(rf"{name}: [RG]/", f"{name}: {link}/", text)
    made: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # all as text: 0x12 is no number
    for test in made["tests"]:
        test.pop("external_labels", None)
        for series in test.get("input_series", []):
            series["values"] = LARGE.sub(r"\g<1>000000000", HEX.sub(r"0+0x\1", series["values"]))
        if "promql_expr_test" in test:
            test["metricsql_expr_test"] = test.pop("promql_expr_test")
        for sample in _samples(test):
            sample["labels"] = FIRING.sub(_with_its_group, sample["labels"])
            sample["value"] = float(sample["value"])
    return made


def _with_its_group(match: re.Match[str]) -> str:
    """vmalert's series of an alert has the name of its group, which is that of the file it is in."""
    return f'ALERTS{{alertgroup="{OF_GROUP[match["alert"]]}", {match["own"]}'


def _samples(test: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for case in test.get("metricsql_expr_test", []):
        yield from case.get("exp_samples", [])


def told_later(test: dict[str, Any], seconds: int) -> None:
    """What fires, and the end of what has fired; what never fires is asked at the time it would."""
    fired: set[str] = set()
    for case in test.get("alert_rule_test", []):
        if case.get("exp_alerts"):
            fired.add(case["alertname"])
        if case["alertname"] in fired:
            case["eval_time"] = _later(case["eval_time"], seconds)
    for case in test.get("metricsql_expr_test", []):
        case["eval_time"] = _later(case["eval_time"], seconds)


def _later(time: str, seconds: int) -> str:
    return f"{int(time.removesuffix('s')) + seconds}s"
