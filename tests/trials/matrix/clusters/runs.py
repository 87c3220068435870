"""A lab for each shape and release, fault after fault; what one of them breaks does not stop the rest."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.lab.borrowed import Report
from deploy.lab.lab import Lab
from deploy.lab.roots import codename
from tests.trials.common.circumstances import PACKAGES, dpkg_listed, dpkg_query
from tests.trials.matrix.clusters.results import Proof, kept
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.runs import try_one
from tests.trials.matrix.today import Nobody
from tests.trials.matrix.verdict import judge


@dataclass(frozen=True)
class Cluster:
    shape: str
    release: str
    faults: Sequence[Expectation]


def run(clusters: Sequence[Cluster], folder: Path, step: Report) -> None:
    """Faults whose results are kept are not run again, unless they could not be carried out."""
    for one in clusters:
        done = {
            name for name, proof in kept(one.shape, one.release).load().items() if not proof.outcome.error
        }
        left = [fault for fault in one.faults if fault.name not in done]
        if left:
            _one(one, left, folder, step)


def _one(cluster: Cluster, faults: Sequence[Expectation], folder: Path, step: Report) -> None:
    lab = Lab(folder, step)
    began = time.monotonic()
    lab.up(cluster.shape, release=None if cluster.release == codename() else cluster.release)
    up = round(time.monotonic() - began, 1)
    results = kept(cluster.shape, cluster.release)
    try:
        versions = _versions(lab)
        for expected in faults:
            outcome = try_one(lab, Nobody(), expected, step)
            today = datetime.now(UTC).date().isoformat()
            proof = Proof(cluster.shape, cluster.release, today, up, versions, outcome)
            results.add(expected.name, proof)
            step(f"{proof.title}: {judge(expected, outcome).said}")
    finally:
        step("taking the lab down")
        lab.down()


def _versions(lab: Lab) -> Mapping[str, str]:
    """As the hosts have them: those of a balancer, and what only this topology needs."""
    names = [*PACKAGES, *lab.topology.packages]
    return dpkg_listed(lab.exec(lab.topology.balancers[0].name, dpkg_query(names)).stdout)
