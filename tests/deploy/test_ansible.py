"""The Ansible role, looked at without Ansible."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ANSIBLE = Path(__file__).parents[2] / "deploy" / "ansible"
ROLE = ANSIBLE / "roles" / "failover_exporter"
FILES = sorted(path for path in ANSIBLE.rglob("*.yml") if ".ansible" not in path.parts)


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def options() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load(ROLE / "meta" / "argument_specs.yml")["argument_specs"]["main"][
        "options"
    ]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ANSIBLE)))
def test_each_file_is_yaml_with_something_in_it(path: Path) -> None:
    """Each file of the role and the example parses."""
    assert load(path)


def test_defaults_are_those_that_the_argument_specs_name() -> None:
    """Each option has a default in both files, and it is the same."""
    assert {name: option["default"] for name, option in options().items()} == load(
        ROLE / "defaults" / "main.yml"
    )


def test_the_readme_explains_each_variable() -> None:
    """The table of the README has each option, and no other."""
    text, start = (ANSIBLE / "README.md").read_text(), "| variable |"
    lines = text[text.index(start) :].partition("\n\n")[0].splitlines()
    assert {line.split("`")[1] for line in lines if line.startswith("| `")} == set(options())


def test_the_example_sets_variables_of_the_role() -> None:
    """A name in the example's group_vars that the role doesn't know would be taken without a word."""
    files = list((ANSIBLE / "example" / "group_vars").glob("*.yml"))
    assert files
    assert {name for path in files for name in load(path)} <= set(options())


def test_what_handles_passwords_is_not_logged() -> None:
    """Each task that reads the accounts has no_log."""
    tasks = [task for path in (ROLE / "tasks").glob("*.yml") for task in load(path)]
    reading = [task for task in tasks if "failover_exporter_accounts" in str(task)]
    assert reading
    assert [task["name"] for task in reading if task.get("no_log") is not True] == []


def test_the_scenario_names_playbooks_that_are_there() -> None:
    """molecule itself passes over a playbook of its own that is missing, and few steps are green too."""
    scenario = ROLE / "molecule" / "default"
    sequence = load(scenario / "molecule.yml")["scenario"]["test_sequence"]
    named = [step.split()[-1] for step in sequence if " " in step]
    actions = {step for step in sequence if " " not in step} - {"syntax", "check", "idempotence"}
    assert {"check", "idempotence", "converge"} <= set(sequence)
    assert [
        one for one in (*named, *(f"{action}.yml" for action in actions)) if not (scenario / one).exists()
    ] == []
