"""The command line. What only one command needs is imported when it is chosen, so `watch` starts at once."""

import argparse
import asyncio
import logging
import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from rich.console import Console, RenderableType

from exporter import VERSION
from exporter.endpoint import MYSQL_PORT, Endpoint, parse_endpoint, parse_listen_address
from exporter.logs import FORMATS, LEVELS, set_up
from exporter.watchers.prober.options import Vip

DEFAULT_CONFIG = Path("/etc/failover-exporter/config.yml")
DEFAULT_PORT = 10664
WIDE = 1000  # characters: a terminal may wrap lines, and a pipe has no width

log = logging.getLogger(__name__)


def listen_address(text: str) -> tuple[str | None, int]:
    try:
        return parse_listen_address(text, DEFAULT_PORT)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def telemetry_path(text: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9._~/-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path, as in /metrics")
    return text


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(
        prog="failover-exporter",
        description="Prometheus exporter for a floating IP: Pacemaker, Corosync, HAProxy, Galera.",
        allow_abbrev=False,
    )
    add = arguments.add_argument
    add(
        "--config.file",
        dest="config",
        type=Path,
        metavar="FILE",
        default=DEFAULT_CONFIG,
        help="what to watch",
    )
    add(
        "--web.listen-address",
        dest="listen",
        type=listen_address,
        action="append",
        metavar="[HOST]:PORT",
        help=f"where to serve; may be given several times (default: :{DEFAULT_PORT})",
        default=argparse.SUPPRESS,
    )
    add(
        "--web.telemetry-path",
        dest="path",
        type=telemetry_path,
        metavar="PATH",
        default="/metrics",
        help="of the metrics (default: %(default)s)",
    )
    add(
        "--web.config.file",
        dest="web_config",
        type=Path,
        metavar="FILE",
        help="TLS and basic authentication, in the format of all Prometheus exporters",
    )
    add(
        "--log.level",
        dest="level",
        choices=LEVELS,
        default="info",
        help="the least that is logged (default: %(default)s)",
    )
    add(
        "--log.format",
        dest="format",
        choices=FORMATS,
        default="logfmt",
        help="of a log line, on stderr (default: %(default)s)",
    )
    add(
        "--check-config",
        action="store_true",
        help="check the configuration file, say what it turns on, and end",
    )
    add(
        "--version",
        action="version",
        version=f"failover-exporter {VERSION} (Python {platform.python_version()})",
        help="show the version and end",
    )
    commands = arguments.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    _add_events(commands)
    _add_watch(commands)
    return arguments


def _add_events(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "list the failovers in the journal, one a line"
    events = commands.add_parser("events", help=text, description=text, allow_abbrev=False)
    # Given before the command it holds too, so here it must not set a default.
    config = argparse.SUPPRESS
    events.add_argument("--config.file", dest="config", type=Path, metavar="FILE", default=config)
    events.add_argument(
        "--since", type=_since, default=0.0, metavar="TIME", help="24h, 7d, or 2026-11-22 (default: all)"
    )
    events.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_watch(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "probe an address like a client and show it live, as ping does; Ctrl-C sums up"
    more = (
        "Without an account each attempt ends with the server's refusal of a name that doesn't exist, which "
        "it counts in Aborted_connects. Exit codes: 0 something answered, 1 nothing did, 2 wrong usage."
    )
    command = commands.add_parser("watch", help=text, description=f"{text}. {more}", allow_abbrev=False)
    add = command.add_argument
    add(
        "target",
        type=_target,
        metavar="VIP:PORT",
        help=f"port {MYSQL_PORT} if none is given; [::1]:{MYSQL_PORT}",
    )
    add("--client-file", metavar="FILE", help="[client] user, password, ssl-ca…: log in, ask who answers")
    add("--interval", type=float, default=Vip.interval, metavar="SECONDS", help="(default: %(default)s)")
    add("--timeout", type=float, default=Vip.timeout, metavar="SECONDS", help="(default: %(default)s)")
    add("--count", type=_positive(int), metavar="N", help="end after so many attempts")
    add("--duration", type=_positive(float), metavar="SECONDS", help="end after this time")
    add("--json", action="store_true", help="one JSON object a line")


def _target(text: str) -> Endpoint:
    try:
        return parse_endpoint(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    def convert(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(0)
        if not 0 < value < 1e9:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
        return value

    return convert


def _since(text: str) -> float:
    from exporter.commands.events import table as story

    try:
        return story.since(text, datetime.now().astimezone())
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 well, 1 can't run as configured (`watch`: nothing answered), 2 wrong usage."""
    arguments = parser().parse_args(argv)
    if arguments.command == "events":
        return _events(arguments)
    if arguments.command == "watch":
        return _watch(arguments)
    return _serve(arguments)


def _events(arguments: argparse.Namespace) -> int:
    from exporter.commands.events import table as story
    from exporter.config import Config
    from exporter.typed_yaml import ConfigError, load
    from exporter.watchers.failover.journal.database import JournalError, JournalReader

    try:
        config = load(Config, arguments.config)
        with closing(JournalReader(Path(config.journal))) as journal:
            events = journal.events(arguments.since)
    except (ConfigError, JournalError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # for a person
        return 1
    text = story.as_json(events) if arguments.json else _drawn(story.table(events, None))
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; Python would complain once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _drawn(what: RenderableType) -> str:
    """Coloured where standard output is a terminal. Printed by rich itself, `| head` would be an error."""
    console = Console(width=WIDE, highlight=False)
    with console.capture() as drawn:
        console.print(what)
    return drawn.get()


def _watch(arguments: argparse.Namespace) -> int:
    from exporter.commands.watch import command as watch

    return watch.run(
        watch.WatchOptions(
            arguments.target,
            arguments.interval,
            arguments.timeout,
            arguments.client_file,
            arguments.count,
            arguments.duration,
            arguments.json,
        )
    )


def _serve(arguments: argparse.Namespace) -> int:
    from exporter import app
    from exporter.config import Config
    from exporter.typed_yaml import ConfigError, load
    from exporter.web.security import WebConfig

    try:
        config = load(Config, arguments.config)
        web_config = load(WebConfig, arguments.web_config) if arguments.web_config else WebConfig()
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201  # several lines for a person, before logging begins
        return 1
    if arguments.check_config:
        print(f"{arguments.config}: fine, collectors: {', '.join(app.collectors(config))}")  # noqa: T201
        return 0
    set_up(arguments.level, arguments.format)
    listen = getattr(arguments, "listen", [(None, DEFAULT_PORT)])
    folder = (arguments.web_config or arguments.config).parent
    try:
        asyncio.run(app.serve(config, app.Pages(listen, arguments.path, web_config, folder)))
    except app.CannotServe as error:
        log.error("%s", error)
        return 1
    return 0
