"""Reads the journal and prints its events."""

from contextlib import closing
from pathlib import Path

from rich.console import Console, RenderableType

from exporter.commands.configuration import journal_of
from exporter.commands.events.table import as_json, table
from exporter.commands.output import fail, write
from exporter.typed_yaml import ConfigError
from exporter.watchers.failover.journal.database import JournalReader
from exporter.watchers.failover.journal.files import JournalError

WIDE = 1000  # characters: a terminal may wrap lines, and a pipe has no width


def run(config_file: Path | None, since: float, *, json: bool) -> int:
    """Those since a time (seconds since 1970). Exit code: 0, or 1 if there is no journal to read."""
    try:
        with closing(JournalReader(journal_of(config_file))) as journal:
            events = journal.events(since)
    except (ConfigError, JournalError) as error:
        return fail(error)
    write(as_json(events) if json else _drawn(table(events, None)))
    return 0


def _drawn(what: RenderableType) -> str:
    """Coloured where standard output is a terminal. Printed by rich itself, `| head` would be an error."""
    console = Console(width=WIDE, highlight=False)
    with console.capture() as drawn:
        console.print(what)
    return drawn.get()
