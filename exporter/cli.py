"""The command line: reads the arguments and starts a command.

What only one command needs is imported when it is chosen, so that `watch` and `--help` start at once.
"""

import argparse
import difflib
import math
import platform
import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from exporter import VERSION
from exporter.commands.paths import DEFAULT_CONFIG
from exporter.endpoint import (
    MYSQL_PORT,
    Endpoint,
    parse_endpoint,
    parse_listen_address,
    without_password,
)
from exporter.logs import FORMATS, LEVELS
from exporter.watchers.prober.options import Vip

DEFAULT_PORT = 10664
MAX_REQUESTS = 40  # as node_exporter has it


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 well, 1 can't run as configured (`watch`: nothing answered), 2 wrong usage."""
    arguments = parser().parse(sys.argv[1:] if argv is None else argv)
    commands = {
        "events": _events,
        "watch": _watch,
        "status": _status,
        "setup": _setup,
        "doctor": _doctor,
        "rules": _rules,
        None: _check_config if arguments.check_config else _serve,
    }
    return commands[arguments.command](arguments)


def _serve(arguments: argparse.Namespace) -> int:
    from exporter.commands import serve

    return serve.run(
        config_file=arguments.config,
        web_config_file=arguments.web_config,
        listen=None if arguments.passed else getattr(arguments, "listen", [(None, DEFAULT_PORT)]),
        telemetry_path=arguments.path,
        max_requests=arguments.max_requests,
        lifecycle=arguments.lifecycle,
        log_level=arguments.level,
        log_format=arguments.format,
    )


def _check_config(arguments: argparse.Namespace) -> int:
    from exporter.commands.check_config import command

    return command.run(arguments.config, arguments.web_config)


def _events(arguments: argparse.Namespace) -> int:
    from exporter.commands.events import command

    return command.run(arguments.config, arguments.since, json=arguments.json)


def _watch(arguments: argparse.Namespace) -> int:
    from exporter.commands.watch import command

    return command.run(
        command.WatchOptions(
            arguments.target,
            arguments.interval,
            arguments.timeout,
            arguments.client_file,
            arguments.count,
            arguments.duration,
            arguments.json,
        )
    )


def _status(arguments: argparse.Namespace) -> int:
    from exporter.commands.http_account import HttpAccount
    from exporter.commands.status import command

    account = HttpAccount(arguments.user, arguments.password_file)
    return command.run(command.StatusOptions(arguments.url, account, arguments.ca_file, arguments.json))


def _doctor(arguments: argparse.Namespace) -> int:
    from exporter.commands.doctor import command
    from exporter.commands.doctor.options import DoctorOptions
    from exporter.commands.http_account import HttpAccount

    return command.run(
        DoctorOptions(
            config_file=arguments.config,
            url=arguments.url,
            account=HttpAccount(arguments.user, arguments.password_file),
            ca_file=arguments.ca_file,
            peers=arguments.peers,
            prometheus=arguments.prometheus,
            prometheus_account=HttpAccount(arguments.prometheus_user, arguments.prometheus_password_file),
            json=arguments.json,
        )
    )


def _setup(arguments: argparse.Namespace) -> int:
    from exporter.commands.setup import command

    return command.run(
        command.SetupOptions(
            arguments.config, arguments.apply, arguments.remove, arguments.rights, arguments.json
        )
    )


def _rules(arguments: argparse.Namespace) -> int:
    from exporter.commands import rules

    return rules.run(
        rules.RulesOptions(
            arguments.interval,
            arguments.job,
            arguments.cluster_label,
            arguments.runbooks,
            arguments.grafana,
            tuple(arguments.thresholds),
        )
    )


class _Parser(argparse.ArgumentParser):
    """Says what an unknown flag or command may have meant, of those that may stand at its place."""

    _given: Sequence[str] = ()

    def parse(self, given: Sequence[str]) -> argparse.Namespace:
        """As parse_args(), which does not say where an unknown flag stands."""
        self._given = given
        found, unknown = self.parse_known_args(given)
        if unknown:
            command = self._command_before(unknown[0], found.command)
            place = self._commands().get(command, self)
            place._refuse(unknown, self._hint(unknown[0].partition("=")[0], place, command))
        return found

    def error(self, message: str) -> NoReturn:
        if wrong := re.search(r"argument COMMAND: invalid choice: '([^']*)'", message):
            before = self._before(wrong[1])
            if before.startswith("-") and before not in self._option_string_actions:
                self._refuse([before], self._hint(before, self))  # its value was taken for the command
            message += _suggestion(wrong[1], list(self._commands()))
        super().error(message)

    def _refuse(self, unknown: Sequence[str], hint: str) -> NoReturn:
        self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")

    def _before(self, value: str) -> str:
        at = self._given.index(value) if value in self._given else 0
        return self._given[at - 1] if at else ""

    def _command_before(self, unknown: str, command: str | None) -> str:
        return command if command and self._given.index(command) < self._given.index(unknown) else ""

    def _hint(self, flag: str, place: "_Parser", command: str = "") -> str:
        if command and flag in self._option_string_actions:
            return f"; it stands before {command}"
        having = [name for name, one in self._commands().items() if flag in one._option_string_actions]
        if having:
            return f"; it is a flag of {', '.join(having)}" + ("" if command else ", after that word")
        return _suggestion(flag, list(place._option_string_actions))

    def _commands(self) -> "dict[str, _Parser]":
        found = [one for one in self._actions if isinstance(one, argparse._SubParsersAction)]
        return dict(found[0].choices) if found else {}


def _suggestion(given: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(given, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def parser() -> _Parser:
    arguments = _Parser(
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
        help=f"what to watch (default: {DEFAULT_CONFIG}; without it, what this host shows)",
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
        "--web.systemd-socket",
        dest="passed",
        action="store_true",
        help="serve on the sockets that systemd passes, instead of --web.listen-address",
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
        "--web.max-requests",
        dest="max_requests",
        type=_count,
        metavar="N",
        default=MAX_REQUESTS,
        help="pages of metrics at the same time, 0 for no limit (default: %(default)s)",
    )
    add(
        "--web.config.file",
        dest="web_config",
        type=Path,
        metavar="FILE",
        help="TLS and basic authentication, in the format of all Prometheus exporters",
    )
    add(
        "--web.enable-lifecycle",
        dest="lifecycle",
        action="store_true",
        help="POST /-/reload reads the configuration again, as SIGHUP always does",
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
        help="check the configuration and what it needs of this host, say what it turns on, and end",
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
    _add_status(commands)
    _add_setup(commands)
    _add_doctor(commands)
    _add_rules(commands)
    return arguments


def _add_events(commands: "argparse._SubParsersAction[_Parser]") -> None:
    text = "list the failovers in the journal, one a line"
    events = commands.add_parser("events", help=text, description=text, allow_abbrev=False)
    # It may be given before the command too, so here it must not set a default.
    config = argparse.SUPPRESS
    events.add_argument(
        "--config.file", dest="config", type=Path, metavar="FILE", default=config, help="it names the journal"
    )
    events.add_argument(
        "--since", type=_since, default=0.0, metavar="TIME", help="24h, 7d, or 2026-11-22 (default: all)"
    )
    events.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_watch(commands: "argparse._SubParsersAction[_Parser]") -> None:
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


def _add_status(commands: "argparse._SubParsersAction[_Parser]") -> None:
    text = "ask the exporter that runs here how the cluster is: its page at / in a terminal"
    more = (
        "Exit codes: 0 well, 1 something needs a person, or is not known (also where the exporter can't read "
        "something, or doesn't answer), 2 wrong usage."
    )
    status = commands.add_parser("status", help=text, description=f"{text}. {more}", allow_abbrev=False)
    add = status.add_argument
    add(
        "--url",
        type=_exporter_url,
        default=f"http://localhost:{DEFAULT_PORT}",
        metavar="URL",
        help="of the exporter (default: %(default)s)",
    )
    add("--user", metavar="NAME", help="for its basic authentication")
    add("--password-file", type=Path, metavar="FILE", help="its first line is the password")
    add("--ca-file", default="", metavar="FILE", help="authorities that its certificate is checked by, PEM")
    add("--json", action="store_true", help="one JSON object, as at /status.json")


def _add_doctor(commands: "argparse._SubParsersAction[_Parser]") -> None:
    text = "would it fail over now, and would anybody hear of it: what is wrong, worst first, and what to do"
    more = (
        "It looks at rights, accounts, sources, both nodes' readiness, the cluster's settings, the other "
        "exporter, and with --prometheus at the monitoring itself; it changes nothing. As root it sees most. "
        "Exit codes: 0 nothing is wrong (there may be warnings), 1 something is, 2 wrong usage."
    )
    command = commands.add_parser("doctor", help=text, description=f"{text}. {more}", allow_abbrev=False)
    add = command.add_argument
    _add_config(command, "that of the exporter here")
    add(
        "--url",
        type=_exporter_url,
        default=f"http://localhost:{DEFAULT_PORT}",
        metavar="URL",
        help="of the exporter here; the others are looked for at its scheme and port (default: %(default)s)",
    )
    add(
        "--peer",
        dest="peers",
        type=_exporter_url,
        action="append",
        default=[],
        metavar="URL",
        help="of another exporter, in place of the cluster's other nodes; may be given several times",
    )
    add("--user", metavar="NAME", help="for the exporters' basic authentication")
    add("--password-file", type=Path, metavar="FILE", help="its first line is the password")
    add("--ca-file", default="", metavar="FILE", help="authorities that certificates are checked by, PEM")
    add(
        "--prometheus",
        type=_base_url,
        metavar="URL",
        help="is it scraped there, are the rules loaded, is an Alertmanager told",
    )
    add("--prometheus-user", metavar="NAME", help="for Prometheus' basic authentication")
    add("--prometheus-password-file", type=Path, metavar="FILE", help="its first line is the password")
    add("--json", action="store_true", help="one JSON object")


def _base_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/@\s?#]+(/[^@\s?#]*)?", text):
        shown = without_password(text)
        raise argparse.ArgumentTypeError(
            f"{shown!r} is not http(s)://HOST:PORT[/PATH]; --prometheus-user and --prometheus-password-file "
            "name an account"
        )
    return text


def _exporter_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/@\s]+/?", text):
        shown = without_password(text)
        raise argparse.ArgumentTypeError(
            f"{shown!r} is not http(s)://HOST:PORT; --user and --password-file name an account"
        )
    return text


def _add_config(command: argparse.ArgumentParser, what: str) -> None:
    """--config.file of a command. It may stand before the command too, so here it sets no default."""
    command.add_argument(
        "--config.file",
        dest="config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help=f"{what} (default: {DEFAULT_CONFIG})",
    )


def _add_setup(commands: "argparse._SubParsersAction[_Parser]") -> None:
    text = "say what this host needs: the configuration, the rights of the service's user, accounts"
    more = (
        "It changes nothing unless --apply is given, and twice nothing more. Exit codes: 0 well, 1 what "
        "was to be done could not be, 2 wrong usage."
    )
    command = commands.add_parser("setup", help=text, description=f"{text}. {more}", allow_abbrev=False)
    add = command.add_argument
    _add_config(command, "what to write, or what is there")
    do = command.add_mutually_exclusive_group()
    do.add_argument("--dry-run", action="store_true", help="only say what would be done (the default)")
    do.add_argument("--apply", action="store_true", help="do what concerns this host alone, as root")
    what = command.add_mutually_exclusive_group()
    what.add_argument(
        "--no-rights",
        dest="rights",
        action="store_false",
        help="leave out the rights of the service's user: Pacemaker, Corosync, HAProxy's socket",
    )
    what.add_argument("--remove", action="store_true", help="take away again what setup granted")
    add("--json", action="store_true", help="one JSON object")


def _add_rules(commands: "argparse._SubParsersAction[_Parser]") -> None:
    text = "write the alert rules for Prometheus, made for a scrape interval and a job's name"
    more = (
        "The rules are on stdout, in one file. Those for 5, 15, 30 and 60 s with the usual names are in the "
        "package as well. Exit codes: 0 well, 2 wrong usage."
    )
    command = commands.add_parser("rules", help=text, description=f"{text}. {more}", allow_abbrev=False)
    add = command.add_argument
    add(
        "--scrape-interval",
        dest="interval",
        type=_interval,
        default=5,
        metavar="TIME",
        help="of the targets and of the rules: 5s, 15s, 1m (default: 5s)",
    )
    add("--job", default="failover", metavar="NAME", help="of the exporters' targets (default: %(default)s)")
    add(
        "--cluster-label",
        default="cluster",
        metavar="LABEL",
        help="of the targets, one value for each cluster (default: %(default)s)",
    )
    add(
        "--threshold",
        dest="thresholds",
        type=_threshold,
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="another one than that at the top of the rules; may be given several times",
    )
    external = "(default: Prometheus's external label of that name)"
    add("--runbooks", metavar="URL", help=f"where docs/runbooks is read {external}")
    add("--grafana", metavar="URL", help=f"where the dashboards are {external}")


def _threshold(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not name or not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=NUMBER, as slow_connects=0.05")
    return name, value


def _interval(text: str) -> int:
    from exporter.rules.site import interval

    try:
        return interval(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


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
    from exporter.commands.events.table import since

    try:
        return since(text, datetime.now().astimezone())
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def listen_address(text: str) -> tuple[str | None, int]:
    try:
        return parse_listen_address(text, DEFAULT_PORT)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def telemetry_path(text: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9._~/-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path, as in /metrics")
    return text


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)
