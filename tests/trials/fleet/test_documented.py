"""The configuration in docs/scaling.md is taken by the programs that it is for."""

import re
from pathlib import Path

import pytest

from deploy.lab.host import REPOSITORY
from deploy.packages import roots
from deploy.packages.errors import CannotBuild
from tests.alerts.rules import ALERTS
from tests.alerts.test_tools import promtool

TEXT = (REPOSITORY / "docs/scaling.md").read_text()
YAML = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
(VMALERT,) = re.findall(r"^```sh\n(vmalert .*?)^```", TEXT, re.DOTALL | re.MULTILINE)
(VMAGENT,) = [one for one in YAML if "vmagent" in one]
WHOLE = next(one for one in YAML if "rule_files" in one)
ADDED = next(one for one in YAML if "remote_write" in one)


@pytest.mark.parametrize("text", [*(one for one in YAML if one != ADDED), WHOLE + ADDED])
def test_prometheus_takes_it(text: str, tmp_path: Path) -> None:
    """Each as it is; what is to be added, added."""
    (tmp_path / "rules").symlink_to(ALERTS / "rules/15s")
    (tmp_path / "clusters").symlink_to(ALERTS / "clusters")
    (tmp_path / "prometheus.yml").write_text(text)
    promtool("check", "config", "--lint=none", str(tmp_path / "prometheus.yml"))


@pytest.mark.lab
def test_victoria_metrics_takes_it(tmp_path: Path) -> None:
    """vmagent reads its file, vmalert the rules with those options."""
    try:
        root = roots.clean_root("trixie", "iproute2", "prometheus", "victoria-metrics", name="engines")
    except CannotBuild as error:
        pytest.skip(str(error))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/vmagent.yml").write_text(VMAGENT)
    for path in (ALERTS / "rules/15s").iterdir():
        (tmp_path / "in/rules").mkdir(exist_ok=True)
        (tmp_path / "in/rules" / path.name).write_text(path.read_text())
    script = f"""
        cd /in
        vmagent -promscrape.config=vmagent.yml -remoteWrite.url=http://127.0.0.1:1/ -dryRun
        {VMALERT.strip()} -dryRun
    """
    roots.run(root, tmp_path / "in", tmp_path, "sh", "-euc", script)
