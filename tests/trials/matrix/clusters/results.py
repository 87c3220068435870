"""What was proved of which shape on which release."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.lab.host import REPOSITORY
from tests.trials.common.kept import Kept
from tests.trials.matrix import results as matrix


@dataclass(frozen=True)
class Proof:
    """One fault on one shape, with what ran there then."""

    shape: str
    release: str
    when: str  # 2026-11-29
    up: float  # seconds until the cluster was whole and watched
    versions: Mapping[str, str]  # of its packages
    outcome: matrix.Outcome

    @property
    def title(self) -> str:
        return f"{self.shape} {self.release} {self.outcome.name}"


def proof(raw: Mapping[str, Any]) -> Proof:
    """From what asdict() made of one."""
    return Proof(**{**raw, "outcome": matrix.outcome(raw["outcome"])})


def kept(shape: str, release: str) -> Kept[Proof]:
    """By the fault's name."""
    return Kept(REPOSITORY / f"build/clusters-{shape}-{release}.json", proof)
