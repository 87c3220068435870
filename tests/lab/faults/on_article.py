"""The mark of what is the same on every topology, so that `make test` stays short."""

import pytest

ON_ARTICLE = pytest.mark.parametrize("topology", ["article"], indirect=True, scope="session")
