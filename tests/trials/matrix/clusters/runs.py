"""A lab for each shape and release, fault after fault; what one of them breaks does not stop the rest."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from deploy.lab.borrowed import Report
from deploy.lab.lab import Lab
from deploy.lab.roots import codename
from tests.trials.common.circumstances import PACKAGES, dpkg_listed, dpkg_query
from tests.trials.matrix.clusters import samples
from tests.trials.matrix.clusters.results import Proof, kept, kept_samples
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.runs import try_one
from tests.trials.matrix.today import Nobody
from tests.trials.matrix.verdict import judge


@dataclass(frozen=True)
class Cluster:
    shape: str
    release: str
    faults: Sequence[Expectation]
    trials: Sequence[str]  # that it gets a sample of


def run(clusters: Sequence[Cluster], folder: Path, step: Report) -> None:
    """What is kept is not run again, unless it could not be carried out."""
    for one in clusters:
        proofs, found = kept(one.shape, one.release).load(), kept_samples(one.shape, one.release).load()
        done = {name for name, proof in proofs.items() if not proof.outcome.error}
        done |= {name for name, sample in found.items() if sample.carried_out}
        left = replace(
            one,
            faults=[fault for fault in one.faults if fault.name not in done],
            trials=[trial for trial in one.trials if trial not in done],
        )
        if left.faults or left.trials:
            _one(left, folder, step)


def _one(cluster: Cluster, folder: Path, step: Report) -> None:
    lab = Lab(folder, step)
    began = time.monotonic()
    lab.up(cluster.shape, release=None if cluster.release == codename() else cluster.release)
    up = round(time.monotonic() - began, 1)
    results = kept(cluster.shape, cluster.release)
    try:
        versions = _versions(lab)
        for expected in cluster.faults:
            outcome = try_one(lab, Nobody(), expected, step)
            today = datetime.now(UTC).date().isoformat()
            proof = Proof(cluster.shape, cluster.release, today, up, versions, outcome)
            results.add(expected.name, proof)
            step(f"{proof.title}: {judge(expected, outcome).said}")
        for trial in cluster.trials:
            sample = samples.take(trial, lab, cluster.release, step)
            kept_samples(cluster.shape, cluster.release).add(trial, sample)
            step(f"{sample.title}: {'; '.join(sample.problems) or 'as it should be'}")
    finally:
        step("taking the lab down")
        lab.down()


def _versions(lab: Lab) -> Mapping[str, str]:
    """As the hosts have them: those of a balancer, and what only this topology needs."""
    names = [*PACKAGES, *lab.topology.packages]
    return dpkg_listed(lab.exec(lab.topology.balancers[0].name, dpkg_query(names)).stdout)
