"""A balancer without a configuration file configures itself as a person would have."""

import dataclasses
import json

import pytest

from deploy.lab import exporters
from exporter.config import Config
from exporter.typed_yaml import parse
from tests.lab.balancers import Cluster

pytestmark = pytest.mark.lab

DETECT = """
import dataclasses, json, pathlib
from exporter.autodetect.detect import detect
found = detect(pathlib.Path("/etc/failover-exporter"))
print(json.dumps([dataclasses.asdict(found.config), found.missing, found.complete]))
"""


def test_what_is_detected_is_what_a_person_wrote(cluster: Cluster) -> None:
    """On the serving and on the passive balancer, by the service's user: sections, ports, nodes, accounts."""
    written = parse(Config, exporters.config(cluster.lab.topology), "config.yml")
    expected = json.loads(json.dumps(dataclasses.asdict(written)))
    for balancer in cluster.balancers:
        host = cluster.lab.host(balancer)
        command = exporters.as_service(host, exporters.PYTHON, "-c", DETECT)
        found, missing, complete = json.loads(host.run(*command))
        assert (found, missing, complete) == (expected, [], True), balancer
