"""Marks of tests for one topology: what is the same on each is tried on one, to keep `make test` short."""

import pytest


def _only(topology: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("topology", [topology], indirect=True, scope="session")


ON_ARTICLE = _only("article")
ON_TWIN = _only("twin")  # it alone has two Corosync links
