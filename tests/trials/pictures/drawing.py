"""The page, built and drawn: Node.js, the libraries that npm brings, and Chromium."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.lab.borrowed import Report
from deploy.lab.errors import LabError, Missing
from deploy.lab.preflight import need

PAGE = Path(__file__).with_name("page")
PACKAGES = Path(__file__).with_name("packages.txt")
INSTALL, DRAW = 900, 300  # seconds


def check() -> None:
    if any(shutil.which(program) is None for program in ("node", "npm")):
        raise Missing(
            "the pictures are drawn by a page that npm builds: install Node.js 18 or newer, with npm"
        )
    need(PACKAGES, "pictures")


def draw(scenes: Mapping[Path, Mapping[str, Any]], step: Report) -> None:
    """Each scene into its picture."""
    _install(step)
    step("drawing")
    with TemporaryDirectory() as folder:
        files = []
        for picture, scene in scenes.items():
            picture.parent.mkdir(parents=True, exist_ok=True)
            file = Path(folder, f"{picture.stem}.json")
            file.write_text(json.dumps(scene))
            files += [file, picture.resolve()]
        _run(["node", "draw.mjs", *map(str, files)], DRAW)
    pictures = [str(picture.resolve()) for picture in scenes]
    _run(["pngquant", "--force", "--ext=.png", "--speed=1", "256", *pictures], DRAW)


def _install(step: Report) -> None:
    lock, installed = PAGE / "package-lock.json", PAGE / "node_modules/.installed.json"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    step("npm brings the page's libraries, some 470 MB")
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], INSTALL)
    shutil.copyfile(lock, installed)


def _run(argv: list[str], seconds: float) -> None:
    try:
        subprocess.run(argv, cwd=PAGE, check=True, capture_output=True, text=True, timeout=seconds)
    except subprocess.CalledProcessError as error:
        raise LabError(f"{argv[0]} failed:\n{error.stderr.strip()}") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{' '.join(argv[:2])}: not within {seconds:.0f} s") from error
