"""Every topology that `up` knows."""

from deploy.lab.topologies.arbiter import ARBITER
from deploy.lab.topologies.article import ARTICLE
from deploy.lab.topologies.fabric import FABRIC
from deploy.lab.topologies.fenced import FENCED
from deploy.lab.topologies.ipv6 import IPV6
from deploy.lab.topologies.keepalived import KEEPALIVED
from deploy.lab.topologies.race import RACE
from deploy.lab.topologies.sbd import SBD
from deploy.lab.topologies.three import THREE
from deploy.lab.topologies.twin import TWIN
from deploy.lab.topology import Topology

PAIRS = (ARTICLE, TWIN)  # all tests and trials run on them
# Other clusters: tests/trials/matrix/clusters.
SHAPES = (ARBITER, THREE, FENCED, RACE, SBD, FABRIC, IPV6, KEEPALIVED)
TOPOLOGIES: dict[str, Topology] = {topology.name: topology for topology in (*PAIRS, *SHAPES)}
