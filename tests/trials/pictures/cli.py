"""The command line; see common/command.py for its exit codes."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.lab import preflight
from deploy.lab.borrowed import Report, whole_lab
from deploy.lab.console import Screen, carried_out
from deploy.lab.host import REPOSITORY
from tests.trials.common import command
from tests.trials.pictures import drawing
from tests.trials.pictures.failover import record
from tests.trials.pictures.queries import Dashboard
from tests.trials.pictures.recording import Recording, load, save
from tests.trials.pictures.scene import Scene, scene

DASHBOARDS, PICTURES = REPOSITORY / "dashboards", REPOSITORY / "docs/pictures"
FLEET, STORY = "failover-fleet", "failover-story"
DATA = REPOSITORY / "build/pictures.json"


def parser() -> argparse.ArgumentParser:
    top = command.parser("pictures", "The dashboards over a failover of the lab, as pictures.")
    add = top.add_argument
    add(
        "--data",
        type=Path,
        metavar="FILE",
        help=f"draw this recording again, without a lab ({DATA.name} is the last)",
    )
    add("--pictures", type=Path, default=PICTURES, metavar="FOLDER", help="where they go (docs/pictures)")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("pictures", lambda: _draw(options))


def _draw(options: argparse.Namespace) -> int:
    step = Screen().step
    drawing.check()
    dashboards = [json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("*.json"))]
    recordings = load(options.data) if options.data else _record(options, dashboards, step)
    pictures = _scenes(dashboards, recordings)
    drawing.draw({options.pictures / f"{name}.png": one for name, one in pictures.items()}, step)
    step(f"drawn: {options.pictures}")
    return 0


def _record(
    options: argparse.Namespace, dashboards: Sequence[Dashboard], step: Report
) -> dict[str, Recording]:
    preflight.check()
    with whole_lab(options.topology, options.folder, step) as lab:
        recordings = record(lab, dashboards, step)
    save(DATA, recordings)
    return recordings


def _scenes(dashboards: Sequence[Dashboard], recordings: Mapping[str, Recording]) -> dict[str, Scene]:
    """Each dashboard over the whole recording; the fleet's before it was healed, while alerts fire, and the
    one about failovers then too.
    """
    at_the_end = {one["uid"]: recordings["broken" if one["uid"] == FLEET else "healed"] for one in dashboards}
    whole = {one["uid"]: scene(one, at_the_end[one["uid"]]) for one in dashboards}
    [story] = [one for one in dashboards if one["uid"] == STORY]
    return {**whole, f"{STORY}-now": {**scene(story, recordings["broken"]), "firstScreen": True}}
