"""The lowest versions that pyproject.toml allows: `python tests/lowest.py` prints them, one a line, for pip.

`make oldest` installs exactly these, and so a lower bound is what the fast tests pass with.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
TOOLS = "dev"  # the extra of those who work on the project: locked in requirements-dev.txt


def lowest(project: Mapping[str, Any]) -> Iterator[str]:
    """Of what it needs to run, its extras included; ValueError for one without a lower bound."""
    extras = project.get("optional-dependencies", {})
    needed = [*project["dependencies"], *(one for name in extras if name != TOOLS for one in extras[name])]
    for text in needed:
        requirement = Requirement(text)
        bounds = [it.version for it in requirement.specifier if it.operator in (">=", "~=", "==")]
        if len(bounds) != 1:
            raise ValueError(f"pyproject.toml: {text!r} needs one lower bound, as in {requirement.name}>=1.0")
        marker = f"; {requirement.marker}" if requirement.marker else ""
        yield f"{requirement.name}=={bounds[0]}{marker}"


if __name__ == "__main__":
    print(*lowest(tomllib.loads(PYPROJECT.read_text())["project"]), sep="\n")
