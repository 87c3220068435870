from pathlib import Path

import pytest

from deploy.lab.errors import LabError
from tests.trials.pictures.dashboards import RECORDING
from tests.trials.pictures.queries import Query
from tests.trials.pictures.recording import load, save


def test_recordings_are_read_as_they_were_written(tmp_path: Path) -> None:
    """By name, from a folder that is made for them."""
    file = tmp_path / "build/pictures.json"
    save(file, {"healed": RECORDING})
    assert load(file) == {"healed": RECORDING}


def test_a_query_written_after_the_recording_is_named() -> None:
    """An empty panel would hide that nobody asked."""
    with pytest.raises(LabError, match=r"no answer to up: it was recorded before"):
        RECORDING.answer(Query("up", None))


@pytest.mark.parametrize("text", [None, "", "{"])
def test_a_recording_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    """One that isn't there, is empty or was cut off."""
    file = tmp_path / "pictures.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(LabError, match=r"pictures\.json"):
        load(file)
