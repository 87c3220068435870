"""The verbs. Exit codes: 0 well, 1 the lab could not do it (one sentence on stderr), 2 wrong usage."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from deploy.lab import preflight, status
from deploy.lab.console import Screen, carried_out
from deploy.lab.faults import EVERY
from deploy.lab.host import ENVIRONMENT
from deploy.lab.lab import Lab
from deploy.lab.monitoring.engines import ENGINES
from deploy.lab.roots import RELEASES
from deploy.lab.state import FOLDER, USUAL, Watching
from deploy.lab.topologies import TOPOLOGIES
from exporter.rules.site import READY


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="lab", description="A real cluster in namespaces.")
    top.add_argument("--folder", type=Path, default=FOLDER, help="of records; another one is another lab")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    up = verbs.add_parser("up", help="build the cluster, wait until it is whole")
    topologies = "; ".join(f"{topology.name}: {topology.help}" for topology in TOPOLOGIES.values())
    up.add_argument("topology", nargs="?", default="article", choices=list(TOPOLOGIES), help=topologies)
    releases = "; ".join(f"{name}: {what}" for name, what in RELEASES.items())
    up.add_argument(
        "--release", choices=list(RELEASES), help=f"of the hosts; without: this machine's; {releases}"
    )
    engines = "; ".join(f"{name}: {engine.help}" for name, engine in ENGINES.items())
    up.add_argument("--engine", choices=list(ENGINES), default=USUAL.engine, help=engines)
    up.add_argument(
        "--scrape-interval", type=int, choices=READY, default=USUAL.interval, help="in seconds (%(default)s)"
    )
    up.add_argument("--without-exporters", action="store_true", help="the cluster alone")
    show = verbs.add_parser("status", help="what runs where, and what keeps the cluster from being whole")
    show.add_argument("--json", action="store_true")
    run = verbs.add_parser("exec", help="run a command on a host: lab exec HOST -- COMMAND")
    run.add_argument("host")
    run.add_argument("command", nargs=argparse.REMAINDER)
    fault = verbs.add_parser("fault", help="break something; without a name, list what can be broken")
    fault.add_argument("name", nargs="?", choices=list(EVERY), metavar="NAME")
    fault.add_argument("host", nargs="?", help="the host to break it on; without, where it matters most")
    fault.add_argument("--list", action="store_true", help="list the faults")
    verbs.add_parser("heal", help="bring back a whole cluster, whatever was broken")
    verbs.add_parser("down", help="end and remove all of it")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return carried_out("lab", lambda: int(VERBS[options.verb](options, Screen())))


def _up(options: argparse.Namespace, screen: Screen) -> int:
    lab = Lab(options.folder, screen.step)
    watching = Watching(options.engine, options.scrape_interval)
    exporters = not options.without_exporters
    lab.up(options.topology, exporters=exporters, release=options.release, watching=watching)
    return 0


def _status(options: argparse.Namespace, screen: Screen) -> int:
    preflight.check()
    lab = Lab.load(options.folder)
    taken = status.take(lab.fleet, lab.state.finished(), lab.state.faults())
    if options.json:
        print(json.dumps(taken.as_json(), indent=2))
    else:
        screen.status(taken)
    return 0


def _exec(options: argparse.Namespace, _screen: Screen) -> NoReturn:
    preflight.check()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        print("lab exec: give a command: lab exec HOST -- COMMAND", file=sys.stderr)
        sys.exit(2)
    argv = [*Lab.load(options.folder).host(options.host).enter(), *command]
    os.chdir("/")
    environment = {**ENVIRONMENT, "TERM": os.environ.get("TERM", "dumb")}
    os.execvpe(argv[0], argv, environment)  # noqa: S606 - the command takes over this terminal


def _fault(options: argparse.Namespace, screen: Screen) -> int:
    if options.name is None or options.list:
        rows = [
            (fault.name, " ".join(name for name, it in TOPOLOGIES.items() if fault.applies(it)), fault.help)
            for fault in EVERY.values()
        ]
        screen.table(("fault", "topologies", "what happens"), rows)
        return 0
    preflight.check()
    screen.line(Lab.load(options.folder).fault(options.name, options.host))
    return 0


def _heal(options: argparse.Namespace, screen: Screen) -> int:
    preflight.check()
    lab = Lab.load(options.folder)
    lab.report = screen.step
    lab.heal()
    screen.step("whole")
    return 0


def _down(options: argparse.Namespace, screen: Screen) -> int:
    preflight.check()
    screen.line("the lab is down" if Lab(options.folder).down() else "no lab was up")
    return 0


VERBS = {"up": _up, "status": _status, "exec": _exec, "fault": _fault, "heal": _heal, "down": _down}
