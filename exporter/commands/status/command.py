"""Asks the exporter that runs here, and prints what its status page shows."""

import json
import sys
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from exporter.commands.http_account import HttpAccount
from exporter.commands.output import fail, write
from exporter.commands.printable import printable
from exporter.commands.status.table import shown
from exporter.errors import Refused, SourceError, Unparsable
from exporter.transports import http
from exporter.transports.deadline import Deadline
from exporter.web.status.record import from_object
from exporter.web.status.view import OK, View

ANSWER_SECONDS = 15.0  # a source may hang for its time-out of mostly 5 s, then the rest is told
WIDE = 1000  # characters: a pipe has no width


@dataclass(frozen=True)
class StatusOptions:
    url: str  # without user and password: they would be in the process list
    account: HttpAccount
    ca_file: str
    json: bool


def run(options: StatusOptions) -> int:
    """Exit code: 0 well; 1 something needs a person, or nothing is known, or nobody answered."""
    try:
        answer = _ask(options)
        view = _view(answer, options)
    except Refused as error:
        return fail(f"{error}; does the exporter run? --url names another address")
    except SourceError as error:
        return fail(error)
    except OSError as error:
        return fail(f"{error.filename}: {error.strerror}")
    write(json.dumps(answer) + "\n" if options.json else _drawn(view))
    return 0 if view.level == OK else 1


def _ask(options: StatusOptions) -> Any:
    """Raises SourceError, and OSError where the file with the password can't be read."""
    url = options.account.within(f"{options.url.rstrip('/')}/status.json")
    body = http.get(url, Deadline.after(ANSWER_SECONDS), http.Trust(options.ca_file))
    try:
        return json.loads(body)
    except ValueError:
        raise Unparsable(f"{options.url}: no status of a failover-exporter: not JSON") from None


def _view(answer: Any, options: StatusOptions) -> View:
    try:
        return from_object(_cleaned(answer))
    except ValueError as error:
        raise Unparsable(f"{options.url}: no status of a failover-exporter: {error}") from None


def _cleaned(answer: Any) -> Any:
    """All of its texts printable."""
    if isinstance(answer, str):
        return printable(answer)
    if isinstance(answer, list):
        return [_cleaned(one) for one in answer]
    if isinstance(answer, dict):
        return {printable(str(key)): _cleaned(one) for key, one in answer.items()}
    return answer


def _drawn(view: View) -> str:
    """Coloured where standard output is a terminal, as wide as it is."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    with console.capture() as drawn:
        console.print(shown(view, None))
    return drawn.get()
