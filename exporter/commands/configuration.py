"""Reads the configuration files, in the same words for each command."""

from pathlib import Path

from exporter.config import Config
from exporter.typed_yaml import load
from exporter.web.web_config import WebConfig


def load_config(path: Path) -> Config:
    """What is to be watched. Raises ConfigError."""
    return load(Config, path, "write one, README.md has an example, or name another with --config.file")


def load_web_config(path: Path | None) -> WebConfig:
    """TLS and passwords of the pages; none where no file is named. Raises ConfigError."""
    return load(WebConfig, path, "name another with --web.config.file") if path else WebConfig()
