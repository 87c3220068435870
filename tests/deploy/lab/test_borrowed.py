"""Which lab a measurement gets."""

from pathlib import Path

import pytest

from deploy.lab.borrowed import whole_lab
from deploy.lab.errors import LabError
from deploy.lab.state import State


@pytest.mark.parametrize(("topology", "release"), [("twin", None), (None, "sid"), ("article", "sid")])
def test_another_lab_than_the_one_that_is_up_is_refused(
    tmp_path: Path, topology: str | None, release: str | None
) -> None:
    """Its figures would be those of something else; the sentence says what is up, and what to do."""
    State(tmp_path).begin("article", release="trixie")
    refused = pytest.raises(LabError, match=r"^article is up on trixie: run `deploy/lab/lab down` first$")
    with refused, whole_lab(topology, tmp_path, str, release=release):
        pytest.fail("it was given")
