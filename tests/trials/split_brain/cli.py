"""Which sign shows which split, in the lab; and that nothing ordinary shows one.

Exit codes: 0 all as it should be, 1 a sign is missing or false, or the lab could not do it, 2 wrong usage.
"""

import argparse
import datetime
import json
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.lab.console import carried_out
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.topologies import TOPOLOGIES
from tests.trials.split_brain import report
from tests.trials.split_brain.runs import ORDINARY, SPLITS, calm, split

FOLDER = Path("/run/failover-lab-split-brain")
DOCUMENT = REPOSITORY / "docs/split-brain.md"

VERSIONS = {
    "Pacemaker": ["pacemakerd", "--version"],
    "Corosync": ["corosync", "-v"],
    "HAProxy": ["haproxy", "-v"],
    "MariaDB": ["mariadbd", "--version"],
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="split_brain", description=__doc__)
    parser.add_argument("--topology", action="append", choices=list(TOPOLOGIES), help="default: each of them")
    parser.add_argument("--output", type=Path, default=DOCUMENT, help="the document that is written")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args(argv)
    return carried_out("split_brain", lambda: _split(options))


def _split(options: argparse.Namespace) -> int:
    measured = [measure(name) for name in options.topology or TOPOLOGIES]
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    results, versions = [result for result, _ in measured], measured[0][1]
    text = report.document(results, date, versions)
    options.output.write_text(text)
    if options.json:
        print(json.dumps(report.as_json(results, date, versions), indent=2))
    else:
        print(text)
    return 0 if all(result.well for result in results) else 1


def measure(topology: str) -> tuple[report.Result, dict[str, str]]:
    lab = Lab(FOLDER, progress)
    lab.up(topology)
    try:
        splits, calms = [], []
        for fault in SPLITS:
            progress(f"{topology}: {fault}")
            splits.append(split(lab, fault))
        for name in ORDINARY:
            progress(f"{topology}: {name}")
            calms.append(calm(lab, name))
        return report.Result(topology, splits, calms), _versions(lab)
    finally:
        lab.down()


def progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _versions(lab: Lab) -> dict[str, str]:
    host = lab.fleet.balancers[0]
    found = {name: _version(host.run(*argv)) for name, argv in VERSIONS.items()}
    return {**found, "Linux": platform.release()}


def _version(text: str) -> str:
    """The first number with a dot in what a program says of itself."""
    match = re.search(r"\d+(\.\d+)+", text)
    return match[0] if match else "unknown"
