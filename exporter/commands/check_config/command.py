"""Reads the files, checks them and the host, and prints what was found."""

from collections.abc import Collection
from pathlib import Path

from exporter import app
from exporter.commands.check_config.checks import check, sentences, unresolved
from exporter.commands.check_config.service_user import as_service_user
from exporter.commands.configuration import Configuration
from exporter.commands.output import fail, write
from exporter.config import Config
from exporter.typed_yaml import ConfigError, key_lines
from exporter.web.certificates import CannotSecure
from exporter.web.settings import WebSettings


def run(config_file: Path | None, web_config_file: Path | None) -> int:
    """Exit code: 0 without mistakes, 1 with some. They and warnings are on stderr."""
    configuration = Configuration(config_file)
    mistakes: list[str] = []
    warnings: list[str] = []
    names: list[str] = []
    try:
        config = configuration.load()
        names = app.collectors(config)
        for error, sentence in findings(config, configuration.path):
            (mistakes if error else warnings).append(sentence)
    except ConfigError as error:
        mistakes.append(str(error))
    try:
        WebSettings(web_config_file)
    except (ConfigError, CannotSecure) as error:
        mistakes.append(str(error))
    if mistakes:
        return fail("\n".join(mistakes + warnings))
    if warnings:
        fail("\n".join(warnings))
    where = configuration.path or "no configuration file, and by what this host shows"
    write(f"{where}: no mistakes; it turns on the collectors {', '.join(names)}\n")
    if web_config_file:
        write(f"{web_config_file}: no mistakes, and its files can be used\n")
    return 0


def findings(config: Config, path: Path | None, without: Collection[str] = ()) -> list[tuple[bool, str]]:
    """Of the host, and whether the service may read the file itself: error or warning, and a sentence.

    `without`: keys that are left out.
    """
    lines = key_lines(path) if path else {}
    late = list(unresolved(config))  # its modules are read by who asks
    with as_service_user() as user:
        found = [one for one in (*check(config, user), *late) if one.key not in without]
        said = list(sentences(found, str(path or "what this host shows"), lines))
        if path and not readable(path):
            said.append((True, f"{path}: user {user} can't read it: `chgrp {user} {path}; chmod 640 {path}`"))
    return said


def readable(path: Path) -> bool:
    """By whoever this process is at this moment."""
    try:
        path.open("rb").close()
    except OSError:
        return False
    return True
