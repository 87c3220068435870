"""Whether a commit may be released: its tree, its tag, the changelog and the metadata say the same."""

import re
import subprocess
import tomllib
from datetime import date
from pathlib import Path

_HEADING = re.compile(r"^## (\S+)(?: - (\S+))?$", re.MULTILINE)


def version(root: Path) -> str:
    """That of pyproject.toml, the one place where it stands."""
    metadata = tomllib.loads((root / "pyproject.toml").read_text())
    return str(metadata["project"]["version"])


def problems(root: Path) -> list[str]:
    """One sentence each; none: it may be released."""
    wanted = version(root)
    found = []
    if changed := _git(root, "status", "--porcelain"):
        found.append(f"the tree has changes that are not committed: {', '.join(_paths(changed))}")
    if (tag := f"v{wanted}") not in _git(root, "tag", "--points-at", "HEAD").split():
        found.append(f"HEAD has no tag {tag}, the version of pyproject.toml: git tag -s {tag}")
    return found + _of_changelog((root / "CHANGELOG.md").read_text(), wanted)


def _of_changelog(text: str, wanted: str) -> list[str]:
    """The latest version is the first, and it has its date."""
    latest = _HEADING.search(text)
    if latest is None or latest[1] != wanted:
        first = latest[1] if latest else "nothing"
        return [f"CHANGELOG.md begins with {first}, pyproject.toml has {wanted}"]
    try:
        date.fromisoformat(latest[2] or "")
    except ValueError:
        return [f"CHANGELOG.md: {wanted} needs its date, as in `## {wanted} - 2026-01-31`"]
    return []


def _paths(porcelain: str) -> list[str]:
    return [line[3:] for line in porcelain.splitlines()]


def _git(root: Path, *arguments: str) -> str:
    git = ["git", *arguments]
    return subprocess.run(git, cwd=root, capture_output=True, text=True, check=True).stdout
