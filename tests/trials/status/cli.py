"""The command: a picture of each story and screen."""

import argparse
import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploy.lab.host import REPOSITORY
from tests.trials.status import browser as chromium
from tests.trials.status.shots import SCREENS, served
from tests.web.status.stories import STORIES

PNGQUANT = "/usr/bin/pngquant"
PICTURES = REPOSITORY / "docs/pictures"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0, or 1 where there is no browser."""
    parser = argparse.ArgumentParser(prog="python -m tests.trials.status", description=__doc__)
    parser.add_argument("--pictures", type=Path, default=PICTURES, metavar="FOLDER", help="(docs/pictures)")
    options = parser.parse_args(argv)
    if not chromium.installed() or not shutil.which(PNGQUANT):
        print("needs the Debian packages chromium and pngquant: tests/trials/pictures/packages.txt")
        return 1
    options.pictures.mkdir(parents=True, exist_ok=True)
    drawn = asyncio.run(_draw(options.pictures))
    subprocess.run([PNGQUANT, "--force", "--ext=.png", "--speed=1", "64", *map(str, drawn)], check=True)
    print(f"drawn: {len(drawn)} pictures in {options.pictures}")
    return 0


async def _draw(folder: Path) -> list[Path]:
    """Each story wide and light, and on a phone and dark; the healthy one in all ways."""
    drawn = []
    async with chromium.browser() as browser:
        for story, facts in STORIES.items():
            async with served(facts()) as url:
                for name in SCREENS if story == "healthy" else ("wide", "phone-dark"):
                    drawn.append(folder / f"status-{story}-{name}.png")
                    async with browser.tab() as tab:
                        await tab.show(url, SCREENS[name])
                        (folder / f"status-{story}-{name}.png").write_bytes(await tab.picture())
    return drawn
