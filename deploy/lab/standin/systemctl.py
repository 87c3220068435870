"""The program `systemctl` of the lab's hosts: it starts what a unit says, and says what it can't do."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.lab.standin.service import Refused, Service

WANTED = Path("/etc/systemd/system/multi-user.target.wants")
INACTIVE = 3  # what `systemctl is-active` ends with, as the LSB has it


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="systemctl", description="A stand-in on the hosts of the lab.")
    top.add_argument("--now", action="store_true", help="also start, or stop")
    top.add_argument("--no-block", action="store_true", help="don't wait until it is ready")
    top.add_argument("--quiet", "-q", action="store_true")
    top.add_argument("--full", "-l", action="store_true", help="as always")
    top.add_argument("--system", action="store_true", help="as always")
    top.add_argument("verb", choices=[*VERBS, "daemon-reload"])
    top.add_argument("service", nargs="*")
    return top


def main() -> int:
    options = parser().parse_intermixed_args()
    try:
        codes = [VERBS[options.verb](Service(name), options) or 0 for name in options.service]
    except (Refused, subprocess.CalledProcessError) as refused:
        print(refused, file=sys.stderr)
        return 1
    return max(codes, default=0)


def _start(service: Service, options: argparse.Namespace) -> None:
    service.start(wait=not options.no_block)


def _restart(service: Service, options: argparse.Namespace) -> None:
    service.stop()
    _start(service, options)


def _try_restart(service: Service, options: argparse.Namespace) -> None:
    if service.pid():
        _restart(service, options)


def _enable(service: Service, options: argparse.Namespace) -> None:
    link, unit = _link(service), service.file()
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(unit)
    if options.now:
        _start(service, options)


def _disable(service: Service, options: argparse.Namespace) -> None:
    _link(service).unlink(missing_ok=True)
    if options.now:
        service.stop()


def _is_active(service: Service, options: argparse.Namespace) -> int:
    return _answer(options, "active" if service.pid() else "inactive", INACTIVE)


def _is_enabled(service: Service, options: argparse.Namespace) -> int:
    return _answer(options, _enabled(service), 1)


def _enabled(service: Service) -> str:
    return "enabled" if _link(service).is_symlink() else "disabled"


def _show(service: Service, _options: argparse.Namespace) -> None:
    """systemctl(1): properties as NAME=VALUE, and no error for a unit that isn't there."""
    there, pid = service.there(), service.pid()
    shown = {
        "Id": f"{service.name}.service",
        "LoadState": "loaded" if there else "not-found",
        "ActiveState": "active" if pid else "inactive",
        "SubState": "running" if pid else "dead",
        "UnitFileState": _enabled(service) if there else "",
        "MainPID": pid or 0,
    }
    print(*(f"{name}={value}" for name, value in shown.items()), sep="\n")


def _answer(options: argparse.Namespace, word: str, otherwise: int) -> int:
    if not options.quiet:
        print(word)
    return 0 if word in ("active", "enabled") else otherwise


def _link(service: Service) -> Path:
    return WANTED / f"{service.name}.service"


VERBS: dict[str, Callable[[Service, argparse.Namespace], int | None]] = {
    "start": _start,
    "stop": lambda service, _options: service.stop(),
    "restart": _restart,
    "try-restart": _try_restart,
    "reload": lambda service, _options: service.reload(),
    "enable": _enable,
    "disable": _disable,
    "is-active": _is_active,
    "is-enabled": _is_enabled,
    "show": _show,
}

if __name__ == "__main__":
    sys.exit(main())
