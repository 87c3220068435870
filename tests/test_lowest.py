"""Every library that the exporter needs has a lower bound, which `make oldest` installs."""

import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from tests.lowest import PYPROJECT, lowest


def test_the_lowest_version_is_the_bound() -> None:
    """Of what is needed and of extras; not of the development tools, and whatever else limits it."""
    project = {
        "dependencies": ["rich>=13.0", "pymysql>=1.2,<1.3", 'tomli>=2; python_version < "3.11"'],
        "optional-dependencies": {"ed25519": ["pynacl>=1.5"], "dev": ["pytest"]},
    }
    assert list(lowest(project)) == [
        "rich==13.0",
        "pymysql==1.2",
        'tomli==2; python_version < "3.11"',
        "pynacl==1.5",
    ]


@pytest.mark.parametrize("text", ["rich", "rich<14", "rich>=13,==13.1"])
def test_a_library_without_one_bound_is_refused(text: str) -> None:
    """In a sentence that names it."""
    with pytest.raises(ValueError, match=f"pyproject.toml: '{text}' needs one lower bound, as in rich>=1.0"):
        list(lowest({"dependencies": [text]}))


def test_what_is_installed_is_allowed() -> None:
    """Every dependency of this project, in the environment that the tests run in."""
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    assert list(lowest(project))
    for requirement in map(Requirement, project["dependencies"]):
        assert version(requirement.name) in requirement.specifier
