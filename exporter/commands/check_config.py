"""`--check-config`: every mistake in the configuration, by line and key; or what it turns on."""

from pathlib import Path

from exporter import app
from exporter.commands.configuration import Configuration, load_web_config
from exporter.commands.output import fail, write
from exporter.typed_yaml import ConfigError
from exporter.web.server import CannotServe


def run(config_file: Path | None, web_config_file: Path | None) -> int:
    """Exit code: 0 without mistakes, 1 with some, which are on stderr."""
    configuration = Configuration(config_file)
    mistakes = []
    names: list[str] = []
    try:
        names = app.collectors(configuration.load())
    except ConfigError as error:
        mistakes.append(str(error))
    try:
        web_config = load_web_config(web_config_file)
        if web_config_file:
            app.load_certificates(web_config, web_config_file.parent)
    except (ConfigError, CannotServe) as error:
        mistakes.append(str(error))
    if mistakes:
        return fail("\n".join(mistakes))
    where = configuration.path or "no configuration file, and by what this host shows"
    write(f"{where}: no mistakes; it turns on the collectors {', '.join(names)}\n")
    if web_config_file:
        write(f"{web_config_file}: no mistakes, and its files can be used\n")
    return 0
