"""Records what the tools say on a real cluster, healthy and in each fault: `python -m tests.captures.record`.

Each capture is taken once the page that the sources make of it shows the fault. Then
`pytest --update-golden tests/sources` writes the pages, which a person reads against the fault.
"""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.lab.exporters import CONFIG
from deploy.lab.galera import CLIENT_FILE
from deploy.lab.host import REPOSITORY
from deploy.lab.lab import Lab
from deploy.lab.page import parse
from deploy.lab.topologies import PAIRS
from deploy.lab.waiting import until
from tests.captures.cases import CASES, Case, Moment, Scene
from tests.captures.overhear import Heard
from tests.golden import CAPTURES

FOLDER = Path("/run/failover-lab-captures")
PACKAGES = {"crm_mon": "pacemaker", "cibadmin": "pacemaker", "wsrep": "galera-4"}  # else as the tool
PATIENCE = 60.0  # seconds for a fault to show
SECRETS = [CLIENT_FILE.format(user=user).split()[-1] for user in ("exporter", "probe")]
HEADER = "Variable_name\tValue"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.captures.record", description=__doc__)
    parser.add_argument("topologies", nargs="*", metavar="TOPOLOGY", default=[one.name for one in PAIRS])
    parser.add_argument("--case", action="append", help="only this one; may be given again")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for topology in options.topologies:
        lab = Lab(FOLDER, say)
        try:
            lab.up(topology, exporters=False)
            for case in CASES:
                if case.only in ("", topology) and (not options.case or case.name in options.case):
                    record(Scene.of(lab), case)
            if topology == "article" and not options.case:
                record_without_read_rule(Scene.of(lab))
        finally:
            lab.down()
    return 0


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


@cache
def version(tool: str) -> str:
    """Of the machine's package, which the lab uses, without what Debian adds: 2.1.5-1+deb12u1 is 2.1.5."""
    query = ["dpkg-query", "--show", "--showformat=${Version}", PACKAGES.get(tool, tool)]
    return subprocess.run(query, capture_output=True, text=True, check=True).stdout.partition("-")[0]


def record(scene: Scene, case: Case) -> None:
    try:
        said = case.inject(scene) if case.inject else scene.lab.fault(case.name)
        say(f"{case.name}: {said or ''}")
        for role in case.told_by:
            host = getattr(scene, role)
            moment = await_moment(scene, host, case)
            write(moment, scene, case.name)
    finally:
        case.undo(scene)
        scene.lab.heal()


def await_moment(scene: Scene, host: str, case: Case) -> Moment:
    last: list[Moment] = []

    def shown() -> bool:
        heard = overhear(scene.lab, host, case.sources)
        last[:] = [Moment(host, heard, parse(heard.page))]
        return bool(case.shows(last[0], scene))

    def log() -> str:
        return f"{last[0].heard.failed}\n{last[0].page.text}" if last else ""

    until(f"{case.name} to show on {host}", shown, PATIENCE, log=log)
    return last[0]


def overhear(lab: Lab, host: str, sources: Sequence[str]) -> Heard:
    argv = [sys.executable, "-m", "tests.captures.overhear", CONFIG, *sources]
    done = lab.exec(host, argv, env={"PYTHONPATH": str(REPOSITORY)}, check=True)
    return Heard(**json.loads(done.stdout))


def write(moment: Moment, scene: Scene, case: str) -> None:
    files = dict(moment.heard.files)
    if moment.heard.rows:
        files["wsrep.tsv"] = "".join(section(node, moment.heard) for node in scene.databases)
    if "<rsc_location" not in files.get("cibadmin.xml", ""):
        files.pop("cibadmin.xml", None)
    for name, text in files.items():
        tool, _, ending = name.partition(".")
        save(f"{tool}-{version(tool)}-{scene.lab.topology.name}-{case}-{moment.host}.{ending}", text)


def record_without_read_rule(scene: Scene) -> None:
    """What crm_mon says to a member of haclient with ACLs on and no rule that lets him read."""
    lab, host = scene.lab, scene.holder
    crm_mon = overhear(lab, host, ["pacemaker"]).commands["crm_mon"]
    asked = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=haclient", *crm_mon]
    switch = ["crm", "configure", "property"]
    try:
        lab.exec(host, [*switch, "enable-acl=true"], check=True)
        until("ACLs to hold", lambda: "<summary" not in lab.exec(host, asked, check=True).stdout, PATIENCE)
        answer = lab.exec(host, asked, check=True).stdout
    finally:
        lab.exec(host, [*switch, "enable-acl=false"])
    save(f"crm_mon-{version('crm_mon')}-no-read-rule.xml", answer)


def section(node: str, heard: Heard) -> str:
    """As the mariadb client prints it in batch mode; nothing below the name of a node that did not answer."""
    lines = [f"== {node}"]
    for rows in heard.rows.get(node, []):
        lines += [HEADER, *("\t".join(row) for row in rows)]
    return "\n".join(lines) + "\n"


def save(name: str, text: str) -> None:
    if any(secret in text for secret in SECRETS):
        raise LabError(f"{name}: a password is in it")
    (CAPTURES / name).write_text(text)
    say(f"  {name}")


if __name__ == "__main__":
    sys.exit(main())
