"""The message on a machine that lacks something; no Node.js, npm or Chromium is needed here."""

import os
from pathlib import Path

import pytest

from deploy.lab.errors import LabError, Missing
from tests.trials.pictures import drawing
from tests.trials.pictures.cli import main


def fake(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_without_npm_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Before anything else is looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["--data", str(tmp_path / "pictures.json")]) == 1
    assert capsys.readouterr().err == (
        "pictures: the pictures are drawn by a page that npm builds: install Node.js 18 or newer, with npm\n"
    )


def test_a_missing_chromium_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By its package."""
    listing = tmp_path / "packages.txt"
    listing.write_text(f"chromium  # {tmp_path}/chromium\n")
    fake(tmp_path, "node", "")
    fake(tmp_path, "npm", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(drawing, "PACKAGES", listing)
    with pytest.raises(Missing, match=r"^not installed: chromium \(`make pictures` installs"):
        drawing.check()


def page(monkeypatch: pytest.MonkeyPatch, folder: Path, node: str) -> Path:
    """A page whose libraries aren't installed, with stand-ins for npm and Node.js."""
    (folder / "page").mkdir()
    (folder / "page/package-lock.json").touch()
    fake(folder, "npm", f'echo "$@" >>{folder}/npm-calls; mkdir node_modules')
    fake(folder, "node", node)
    fake(folder, "pngquant", "")
    monkeypatch.setattr(drawing, "PAGE", folder / "page")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_the_libraries_are_installed_once_from_the_lock_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And none of their own scripts is run."""
    page(monkeypatch, tmp_path, 'cp "$2" "$3"')
    for name in ("one", "two"):
        drawing.draw({tmp_path / f"pictures/{name}.png": {"name": name}}, str)
    assert (tmp_path / "npm-calls").read_text().splitlines() == ["ci --ignore-scripts --no-audit --no-fund"]
    assert (tmp_path / "pictures/two.png").read_text() == '{"name": "two"}'


def test_what_the_page_refuses_is_passed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the page says it."""
    page(monkeypatch, tmp_path, "echo 'panel \"x\" (heatmap): cannot draw' >&2; exit 1")
    with pytest.raises(LabError, match=r'node failed:\npanel "x" \(heatmap\): cannot draw'):
        drawing.draw({tmp_path / "x.png": {}}, str)


def test_the_lock_file_names_no_registry() -> None:
    """So npm takes each package from whichever registry it is set to, and checks it by its hash."""
    assert '"resolved"' not in (drawing.PAGE / "package-lock.json").read_text()
