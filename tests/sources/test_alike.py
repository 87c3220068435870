"""Every source has the same files with the same names, so that who knows one finds the way in all."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest

import exporter.sources
from exporter.scrape import Source

FOLDER = Path(exporter.sources.__file__).parent
SOURCES = sorted(path.name for path in FOLDER.iterdir() if (path / "__init__.py").exists())

# A module or a package of that name, in the order in which a reading passes through them.
NEEDED = {"source", "parse", "reading", "families"}
ALLOWED = {
    "options",  # of the configuration, where they take more than a few lines of source
    "fields",  # the system's own names for its numbers, which parse and families both go by
}
OWN = {
    "corosync": {"asked"},  # by its tools or through its libraries
    "haproxy": {"configuration"},  # its own files too: where it does not run nothing answers
    "galera": {"components"},  # counts the Primary components from the views of all nodes
}


def parts(source: str) -> set[str]:
    found = {path.stem for path in (FOLDER / source).iterdir() if path.suffix == ".py" or path.is_dir()}
    return found - {"__init__", "__pycache__"}


def source_class(source: str) -> type[Source[object]]:
    module = import_module(f"exporter.sources.{source}.source")
    (found,) = (
        one
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, Source) and one.__module__ == module.__name__
    )
    return found


def test_there_are_sources() -> None:
    """The tests below are about something."""
    assert set(SOURCES) >= {"address", "corosync", "galera", "haproxy", "keepalived", "pacemaker"}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_has_the_files_that_all_have(source: str) -> None:
    """source, parse, reading, families; anything else is named above with its reason."""
    assert parts(source) >= NEEDED
    assert parts(source) - NEEDED - ALLOWED <= OWN.get(source, set())


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_source_reads_is_in_reading(source: str) -> None:
    """The one class in source.py is named as its folder, and read() returns what reading.py declares."""
    found = source_class(source)
    assert found.name == source
    assert get_type_hints(found.read)["return"].__module__ == f"exporter.sources.{source}.reading"
