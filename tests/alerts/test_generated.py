"""What is in git is what the sources make."""

from pathlib import Path

from alerts.src.__main__ import files
from tests.alerts.rules import ALERTS, FOLDER, read_yaml


def test_the_files_are_as_generated() -> None:
    """`make alerts` would change nothing, and there is no other file."""
    made = files()
    folders = [ALERTS / "rules", ALERTS / "tests"]
    found = {str(path.relative_to(ALERTS)): path for folder in folders for path in folder.rglob("*.yml")}
    assert found.keys() == {name for name in made if name.endswith(".yml")}
    found |= {name: ALERTS / name for name in made}
    assert [name for name, path in found.items() if _differs(path, made[name])] == []


def test_prometheus_scrapes_as_often_as_its_rules_are_made_for() -> None:
    """alerts/prometheus.yml is for the folder that its comment, installing.md and the lab name."""
    shipped = read_yaml(ALERTS / "prometheus.yml")["global"]
    made_for = {group["interval"] for path in FOLDER.glob("*.yml") for group in read_yaml(path)["groups"]}
    assert {shipped["scrape_interval"], shipped["evaluation_interval"]} == made_for == {FOLDER.name}


def _differs(path: Path, made: str) -> bool:
    return path.read_text() != made
