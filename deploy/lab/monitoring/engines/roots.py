"""The files of engines of other Debian releases: roots that are made once and kept."""

from functools import cache
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.packages import roots
from deploy.packages.errors import CannotBuild

PACKAGES = ("iproute2", "prometheus", "victoria-metrics")


@cache
def root(release: str) -> Path:
    """With Prometheus and VictoriaMetrics of that release; LabError where it can't be made."""
    try:
        return roots.clean_root(release, *PACKAGES, name="engines")
    except CannotBuild as error:
        raise LabError(f"no root of {release} with its engines: {error}") from None
