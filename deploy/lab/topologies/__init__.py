"""Every topology that `up` knows."""

from deploy.lab.topologies.arbiter import ARBITER
from deploy.lab.topologies.article import ARTICLE
from deploy.lab.topologies.fenced import FENCED
from deploy.lab.topologies.ipv6 import IPV6
from deploy.lab.topologies.keepalived import KEEPALIVED
from deploy.lab.topologies.three import THREE
from deploy.lab.topologies.twin import TWIN
from deploy.lab.topology import Topology

PAIRS = (ARTICLE, TWIN)  # all tests and trials run on them
SHAPES = (ARBITER, THREE, FENCED, IPV6)  # other clusters under Pacemaker: tests/trials/matrix/clusters
TOPOLOGIES: dict[str, Topology] = {topology.name: topology for topology in (*PAIRS, *SHAPES, KEEPALIVED)}
