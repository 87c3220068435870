"""Marks of tests for one topology: what is the same on each is tried on one, to keep `make test` short.

The shapes are clusters of their own: what all tests prove of the pairs is not repeated on them. Nor is it on
another release, but for the readings, the faults and the matrix.
"""

import pytest


def _only(topology: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("topology", [topology], indirect=True, scope="session")


ON_ARTICLE = _only("article")
ON_TWIN = _only("twin")  # it alone has two Corosync links

ON_ARBITER = _only("arbiter")
ON_THREE = _only("three")
ON_FENCED = _only("fenced")
ON_SBD = _only("sbd")
ON_FABRIC = _only("fabric")
ON_IPV6 = _only("ipv6")
ON_KEEPALIVED = _only("keepalived")

# Also on the next Debian, in a lab of its own; not with --release, which chooses one for all tests.
ALSO_ON_TRIXIE = pytest.mark.also_on("trixie")
