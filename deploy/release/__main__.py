"""python -m deploy.release [--dry-run]: wheel, sdist and the packages into dist/, with SHA256SUMS."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.release import distributions, readiness

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"
SUMS = "SHA256SUMS"
PACKAGES = ["make", "package"]


def main() -> int:
    command = argparse.ArgumentParser(prog="python -m deploy.release", description=__doc__)
    command.add_argument(
        "--dry-run", action="store_true", help="build all the same, and say what a release is refused for"
    )
    dry = command.parse_args().dry_run
    reasons = readiness.problems(ROOT)
    for reason in reasons:
        print(f"no release: {reason}", file=sys.stderr)
    if reasons and not dry:
        return 1
    version = readiness.version(ROOT)
    try:
        _build(version)
    except (distributions.NotWhole, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    write_sums(DIST)
    print(f"{version}{' (dry run)' if dry else ''}: {DIST}")
    print((DIST / SUMS).read_text(), end="")
    return 0


def _build(version: str) -> None:
    """Everything, into an empty DIST. Raises NotWhole, CalledProcessError."""
    shutil.rmtree(DIST, ignore_errors=True)
    os.environ["SOURCE_DATE_EPOCH"] = str(distributions.epoch(ROOT))  # for the packages too
    distributions.build(ROOT, DIST)
    if (ROOT / "deploy/packages").is_dir():
        subprocess.run(PACKAGES, cwd=ROOT, check=True)
    if strangers := [one.name for one in DIST.iterdir() if version not in one.name]:
        raise distributions.NotWhole(f"not of version {version}: {', '.join(strangers)}")


def write_sums(folder: Path) -> None:
    """In the form that `sha256sum --check` reads."""
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.name != SUMS)
    lines = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files]
    (folder / SUMS).write_text("".join(lines))


if __name__ == "__main__":
    sys.exit(main())
