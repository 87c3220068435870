"""The map of the package is the tree."""

import re
from pathlib import Path

import pytest

import exporter
import exporter.commands
import exporter.commands.doctor
import exporter.commands.doctor.findings
import exporter.commands.events
import exporter.web


@pytest.mark.parametrize(
    "package",
    [
        exporter,
        exporter.commands,
        exporter.commands.doctor,
        exporter.commands.doctor.findings,
        exporter.commands.events,
        exporter.web,
    ],
)
def test_the_docstring_names_every_module(package: object) -> None:
    """And none that isn't there: what a newcomer reads first is true."""
    folder = Path(str(package.__file__)).parent  # type: ignore[attr-defined]  # a package has one
    named = set(re.findall(r"^([a-z_]+)(?:/ +|  +)\S", str(package.__doc__), re.MULTILINE))
    there = {one.stem for one in folder.iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()}
    assert named == there - {"__init__", "__main__"}
