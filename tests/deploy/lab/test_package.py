"""When the lab builds its package anew."""

from pathlib import Path

from deploy.lab.package import SOURCES, fingerprint


def tree(folder: Path) -> Path:
    for source in SOURCES:
        path = folder / source
        if "." in path.name or path.name.isupper():
            path.write_text(source)
        else:
            path.mkdir(parents=True)
            (path / "one.py").write_text(source)
    return folder


def test_any_change_of_what_it_is_made_of_makes_another(tmp_path: Path) -> None:
    """Of a content or a name; not of what Python keeps beside, nor of a test."""
    repository = tree(tmp_path)
    first = fingerprint(repository)
    (repository / "exporter/__pycache__").mkdir()
    (repository / "exporter/__pycache__/one.pyc").write_text("compiled")
    (repository / "tests").mkdir()
    (repository / "tests/test_one.py").write_text("")
    assert fingerprint(repository) == first
    (repository / "exporter/one.py").rename(repository / "exporter/two.py")
    renamed = fingerprint(repository)
    (repository / "pyproject.toml").write_text("changed")
    assert len({first, renamed, fingerprint(repository)}) == 3


def test_what_it_is_made_of_is_there() -> None:
    """A name that is written wrong here would never make another package."""
    repository = Path(__file__).parents[3]
    assert [source for source in SOURCES if not (repository / source).exists()] == []
