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


@dataclass(frozen=True)
class Sample:
    """What a sample of a trial found on one shape."""

    trial: str
    shape: str
    release: str
    when: str  # 2026-11-29
    rows: tuple[tuple[str, ...], ...]  # of the table of its trial
    problems: tuple[str, ...]
    carried_out: bool = True

    @property
    def title(self) -> str:
        return f"{self.shape} {self.release} {self.trial}"


def sample(raw: Mapping[str, Any]) -> Sample:
    """From what asdict() made of one."""
    rows = tuple(tuple(row) for row in raw["rows"])
    return Sample(**{**raw, "rows": rows, "problems": tuple(raw["problems"])})


def kept_samples(shape: str, release: str) -> Kept[Sample]:
    """By the trial's name."""
    return Kept(REPOSITORY / f"build/clusters-{shape}-{release}-samples.json", sample)
