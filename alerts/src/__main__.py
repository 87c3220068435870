"""Writes the rules, their unit tests, the mixin's lists and the table of times: `make alerts`."""

import shutil
from pathlib import Path

from alerts.src import mixin, promises, unit_tests
from exporter.rules import groups
from exporter.rules.site import READY, Site

FOLDER = Path(__file__).parent.parent


def files() -> dict[str, str]:
    """All that is made, by its path below alerts/."""
    rules = {f"{interval}s": groups.files(Site(interval)) for interval in READY}
    made = {"rules": rules, "tests": unit_tests.folders()}
    found = {
        f"{what}/{folder}/{name}": text
        for what, folders in made.items()
        for folder, files in folders.items()
        for name, text in files.items()
    }
    found |= {f"mixin/{name}": text for name, text in mixin.files().items()}
    return {**found, "README.md": promises.readme()}


def main() -> None:
    for what in ("rules", "tests"):
        shutil.rmtree(FOLDER / what, ignore_errors=True)
    for name, text in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
