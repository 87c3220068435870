"""Reads the configuration files, in the same words for each command; without one, the host is looked at."""

import logging
from pathlib import Path

from exporter.autodetect.detect import detect
from exporter.autodetect.found import Detected
from exporter.commands.paths import DEFAULT_CONFIG
from exporter.config import Config
from exporter.typed_yaml import ConfigError, Problem, load

log = logging.getLogger(__name__)


class Configuration:
    """Of the file, or of what the host shows where none is named and the usual one isn't there."""

    def __init__(self, path: Path | None, usual: Path = DEFAULT_CONFIG):
        """`path` is the one that was named."""
        self._named, self._usual = path, usual
        self._detected: Detected | None = None  # when it was loaded last; None: it came from a file

    @property
    def path(self) -> Path | None:
        """The file that counts; None: the host itself does."""
        return self._named or (self._usual if _may_be_there(self._usual) else None)

    @property
    def folder(self) -> Path:
        """Of the file that counts, or where it would be."""
        return (self._named or self._usual).parent

    def load(self) -> Config:
        """Blocking. Raises ConfigError. What is detected is logged, once for each change."""
        if self.path:
            self._detected = None
            return load_config(self.path)
        before, self._detected = self._detected, self.detect()
        _log(self._detected, before)
        if self._detected.config is None:
            raise ConfigError(str(self._usual), [Problem(0, "", _nothing(self._detected))])
        return self._detected.config

    def detect(self) -> Detected:
        """Blocking: what the host shows now."""
        return detect(self._usual.parent)

    def outdated(self) -> bool:
        """Blocking. Whether the host shows more than when it was loaded: at boot Pacemaker can't be asked.

        Once its addresses are known nothing changes by itself; a reload looks again.
        """
        if self._detected is None or self._detected.complete:
            return False
        return self.path is not None or self.detect().config != self._detected.config


def _may_be_there(path: Path) -> bool:
    """In a closed folder it may: what reads it says so, rather than that the host counts in its place."""
    try:
        return path.exists()
    except PermissionError:
        return True


def _log(now: Detected, before: Detected | None) -> None:
    known = {*before.said, *before.missing} if before else set()
    for line in now.said:
        if line not in known:
            log.info("found: %s", line)
    for line in now.missing:
        if line not in known:
            log.warning("not found: %s", line)


def _nothing(detected: Detected) -> str:
    reasons = f" ({'; '.join(detected.missing)})" if detected.missing else ""
    return (
        "there is no such file, and this host shows nothing to watch: neither Pacemaker, Corosync nor HAProxy"
        f"{reasons}; name the address in it, as in `vips: [{{address: 10.0.0.100, port: 3306}}]`, or another "
        "file with --config.file"
    )


def load_config(path: Path) -> Config:
    """What is to be watched. Raises ConfigError."""
    return load(Config, path, "name another with --config.file; `failover-exporter setup` prints one")


def journal_of(path: Path | None) -> Path:
    """Where the journal is: without a configuration file, at its usual place. Raises ConfigError."""
    configuration = Configuration(path)
    return Path(load_config(configuration.path).journal if configuration.path else Config.journal)
