"""Every topology that `up` knows."""

from deploy.lab.topologies.article import ARTICLE
from deploy.lab.topologies.twin import TWIN
from deploy.lab.topology import Topology

TOPOLOGIES: dict[str, Topology] = {topology.name: topology for topology in (ARTICLE, TWIN)}
