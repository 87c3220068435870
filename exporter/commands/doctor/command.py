"""Looks, judges, prints."""

import logging
from importlib.metadata import metadata

from exporter import VERSION
from exporter.commands.doctor.finding import Severity
from exporter.commands.doctor.findings import examine
from exporter.commands.doctor.look import look
from exporter.commands.doctor.options import DoctorOptions
from exporter.commands.doctor.render import Report, as_json, as_text
from exporter.commands.doctor.waiting import Waiting
from exporter.commands.drawn import drawn
from exporter.commands.output import fail, write

_QUIET = logging.NullHandler()  # what the service would log is a finding here


def run(options: DoctorOptions) -> int:
    """Exit code: 0 nothing is wrong, 1 something is; warnings alone, and what was not seen, are 0."""
    logging.getLogger("exporter").addHandler(_QUIET)
    try:
        facts = look(options, Waiting())
    except OSError as error:
        return fail(f"{error.filename}: {error.strerror}")
    report = Report(facts.host, VERSION, facts.at, facts.asker.user, documents(), examine(facts), facts.times)
    write(as_json(report) if options.json else drawn(as_text(report)))
    return int(report.worst is Severity.ERROR)


def documents() -> str:
    """Where this version's documents are."""
    urls = dict(one.split(", ", 1) for one in metadata("failover-exporter").get_all("Project-URL") or ())
    return str(urls.get("Documentation", "docs"))
