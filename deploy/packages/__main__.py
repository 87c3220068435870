"""python -m deploy.packages [--release NAME]"""

import argparse
import sys
from pathlib import Path

from deploy.packages import package
from deploy.packages.errors import CannotBuild
from deploy.packages.releases import FOR_THE_LAB, RELEASES

ROOT = Path(__file__).parents[2]


def main() -> int:
    command = argparse.ArgumentParser(
        prog="python -m deploy.packages", description="Build the packages (as root)."
    )
    command.add_argument(
        "--release",
        choices=RELEASES | FOR_THE_LAB,
        help=f"only that of this release (default: {', '.join(RELEASES)})",
    )
    command.add_argument("--folder", type=Path, default=ROOT / "dist", help="where to (default: %(default)s)")
    arguments = command.parse_args()
    try:
        for name in [arguments.release] if arguments.release else RELEASES:
            print(package.build(ROOT, (RELEASES | FOR_THE_LAB)[name], arguments.folder), flush=True)
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
