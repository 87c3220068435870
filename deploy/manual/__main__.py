"""python -m deploy.manual FOLDER"""

import argparse
import sys
from pathlib import Path

from deploy.manual.completion import completions
from deploy.manual.page import page


def main() -> int:
    arguments = argparse.ArgumentParser(
        prog="python -m deploy.manual", description="Write man page and completions."
    )
    arguments.add_argument("folder", type=Path, metavar="FOLDER", help="made if it is not there")
    folder: Path = arguments.parse_args().folder
    for path, text in {"man/failover-exporter.1": page(), **completions()}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
