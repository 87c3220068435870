"""Completions of the command, by shtab, under the names that each shell looks for."""

import argparse

import shtab

from deploy.manual.page import subcommands
from exporter.cli import parser

PLACES = {
    "bash": "completions/bash/failover-exporter",
    "zsh": "completions/zsh/_failover-exporter",
    "fish": "completions/fish/failover-exporter.fish",
}
_BY_METAVAR = {"FILE": shtab.FILE, "FOLDER": shtab.DIRECTORY}


def completions() -> dict[str, str]:
    """By path in the output folder."""
    return {path: shtab.complete(_prepared(), shell) + "\n" for shell, path in PLACES.items()}


def _prepared() -> argparse.ArgumentParser:
    arguments = parser()
    _complete_files(arguments)
    return arguments


def _complete_files(arguments: argparse.ArgumentParser) -> None:
    """Files where the help says FILE; a command is explained by its line in the list alone."""
    for action in arguments._actions:
        if isinstance(action.metavar, str) and action.metavar in _BY_METAVAR:
            action.complete = _BY_METAVAR[action.metavar]  # type: ignore[attr-defined]  # where shtab looks for it
    for one, line in subcommands(arguments):
        one.description = line.help
        _complete_files(one)
