"""HAProxy's timers, out of its own files; they are parsed again when one of them changed."""

import logging

from exporter.errors import Unreachable
from exporter.sources.haproxy.configuration import files, haproxy_cfg
from exporter.sources.haproxy.configuration.timers import Timers
from exporter.trouble import TroubleLog

log = logging.getLogger(__name__)


class HaproxyTimers:
    def __init__(self, host: files.Host | None = None):
        self._host = host or files.Host()
        self._trouble = TroubleLog(log, "expected times", recovered="HAProxy's files are read again")
        self._fingerprint: files.Fingerprint | None = None
        self._timers: tuple[Timers, ...] = ()

    def read(self) -> tuple[Timers, ...]:
        """Of the MySQL services; empty where no file can be read. Blocking: some milliseconds."""
        fingerprint = files.fingerprint(self._host)
        if fingerprint == self._fingerprint:
            return self._timers
        found = files.read(self._host)
        self._trouble.report(Unreachable("; ".join(found.troubles)) if found.troubles else None)
        if found.troubles:  # of a configuration that is read in part too little would be promised
            self._timers, self._fingerprint = (), None  # a right that is given changes no file
        else:
            self._timers, self._fingerprint = _parsed(found), fingerprint
        return self._timers


def _parsed(found: files.Texts) -> tuple[Timers, ...]:
    config = haproxy_cfg.parse(found.texts.values(), found.environment)
    return tuple(one for service in config.services() for one in service.timers)
