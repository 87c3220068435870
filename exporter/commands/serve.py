"""The exporter itself: serves the pages until a signal."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from exporter import app
from exporter.commands.configuration import Configuration
from exporter.commands.output import fail
from exporter.logs import set_up
from exporter.typed_yaml import ConfigError
from exporter.web.certificates import CannotSecure
from exporter.web.server import CannotServe
from exporter.web.settings import WebSettings

log = logging.getLogger(__name__)


def run(  # noqa: PLR0913  # the flags
    *,
    config_file: Path | None,
    web_config_file: Path | None,
    listen: Sequence[tuple[str | None, int]] | None,
    telemetry_path: str,
    max_requests: int,
    lifecycle: bool,
    log_level: str,
    log_format: str,
) -> int:
    """Exit code: 0 after SIGTERM or SIGINT, 1 if it can't run as configured.

    `listen` of None: on the sockets that the service manager passed.
    """
    set_up(log_level, log_format)
    configuration = Configuration(config_file)
    try:
        config = configuration.load()
        settings = WebSettings(web_config_file)
    except (ConfigError, CannotSecure) as error:
        return fail(error)  # several lines, for a person
    pages = app.Pages(listen, telemetry_path, max_requests, settings, lifecycle)
    try:
        asyncio.run(app.serve(config, configuration, pages))
    except CannotServe as error:
        log.error("%s", error)
        return 1
    return 0
