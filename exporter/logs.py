"""Log lines on stderr, as logfmt or JSON."""

import logging
import sys

from exporter.lean_import import without

with without("rich"):  # which structlog would load for colours that a service has not: 6 MB of memory
    import structlog
    from structlog.typing import EventDict, WrappedLogger

LEVELS = ("debug", "info", "warn", "error")
FORMATS = ("logfmt", "json")


def set_up(level: str, form: str) -> None:
    """For the whole process. `level` is one of LEVELS, `form` one of FORMATS."""
    render = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.processors.LogfmtRenderer(key_order=["ts", "level", "logger", "msg"])
    )

    def render_one_line(logger: WrappedLogger, name: str, event: EventDict) -> str:
        return printable(str(render(logger, name, event)))

    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", key="ts"),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("msg"),
            render_one_line,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper().replace("WARN", "WARNING"), handlers=[handler], force=True)


def printable(line: str) -> str:
    """The line with each control character escaped as in Python.

    Tools and peers write part of what is logged: ESC would reach the terminal of whoever reads it, CR would
    hide the beginning of a line.
    """
    if line.isprintable():
        return line
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in line)
