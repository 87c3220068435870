"""The files of engines of other Debian releases: roots that are made once and kept."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.packages import roots
from deploy.packages.errors import CannotBuild

PACKAGES = ("iproute2", "prometheus", "victoria-metrics")
IN_ROOT = Path(__file__).parent.parent / "in-root.sh"


@cache
def root(release: str) -> Path:
    """With Prometheus and VictoriaMetrics of that release; LabError where it can't be made."""
    try:
        return roots.clean_root(release, *PACKAGES, name="engines")
    except CannotBuild as error:
        raise LabError(f"no root of {release} with its engines: {error}") from None


def command(root: Path | None, folders: Sequence[str], argv: Sequence[str]) -> list[str]:
    """The command with the files of the root and these folders of the host; without a root as it is."""
    if root is None:
        return [*argv]
    return ["unshare", "--mount", "--", "sh", str(IN_ROOT), str(root), *folders, "--", *argv]
