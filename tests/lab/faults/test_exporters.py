"""The project's own program, killed."""

import pytest

from deploy.lab import exporters
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE, ON_ARTICLE

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE, ON_ARTICLE]


def silent(cluster: Cluster) -> set[str]:
    """The hosts whose exporter does not answer."""
    return {host.name for host in cluster.lab.fleet.exporters if not exporters.ready(host)}


def test_exporter_killed(cluster: Cluster) -> None:
    """The one on the balancer that serves, no other; clients don't notice."""
    holder = cluster.lab.holder()
    with cluster.broken("exporter-killed"):
        assert silent(cluster) == {holder}
        assert cluster.lab.holder() == holder
        assert cluster.served()
    assert not silent(cluster)


def test_exporters_killed(cluster: Cluster) -> None:
    """Also the one outside the pair."""
    with cluster.broken("exporters-killed"):
        assert silent(cluster) == {
            host.name for host in cluster.lab.fleet.balancers + cluster.lab.fleet.clients
        }
        assert cluster.served()
    assert not silent(cluster)
