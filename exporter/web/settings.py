"""What web.config.file says now: read again when it has changed, kept as it was when it is broken."""

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.errors import KnownError
from exporter.transports.file_stamp import Stamp, stamp
from exporter.trouble import TroubleLog
from exporter.typed_yaml import ConfigError, load
from exporter.web.certificates import Certificates
from exporter.web.passwords import BasicAuth
from exporter.web.policy import Policy
from exporter.web.web_config import WebConfig

log = logging.getLogger(__name__)

REMEDY = "name another with --web.config.file"


@dataclass(frozen=True)
class _Usable:
    """A file that was read and can be used, with the TLS files that it names."""

    config: WebConfig
    certificates: Certificates | None = None  # None: without TLS


class WebSettings:
    """In force for the connections and requests that begin now.

    As with the exporter-toolkit a change needs no signal. A change that can't be used is one log line, where
    the toolkit fails each handshake and request until it is mended.
    """

    def __init__(self, path: Path | None):
        """None: there is no file. Raises ConfigError, CannotSecure."""
        self._path = path
        self._watched: list[Path] = []
        self._seen: list[Stamp] = []
        self._troubles = TroubleLog(
            log, "web.config.file", failing="the settings before stay in use", recovered="read again"
        )
        self._tls_troubles = TroubleLog(
            log, "TLS files", failing="the old ones stay in use", recovered="read again"
        )
        self._used = self._read()
        self.auth = BasicAuth(self._used.config.basic_auth_users)
        self.policy = Policy(self._used.config, self.refresh)

    @property
    def secure(self) -> bool:
        """Whether TLS is served: so from the start to the end of the program."""
        return self._used.certificates is not None

    @property
    def context(self) -> ssl.SSLContext | None:
        """For a connection that begins now."""
        self.refresh()
        return self._used.certificates.context if self._used.certificates else None

    def allows(self, certificate: Mapping[str, Any] | None) -> bool:
        """Whether a client may come in with its certificate, as getpeercert() gives it."""
        return self._used.certificates is None or self._used.certificates.allows(certificate)

    def refresh(self) -> None:
        """Take the file if it has changed. Costs a stat() where it has not."""
        if self._identities() == self._seen:
            return
        try:
            self.reload()
        except (ConfigError, KnownError) as error:
            self._troubles.report(KnownError(" · ".join(str(error).splitlines())))

    def reload(self) -> None:
        """Read all again. Raises ConfigError, CannotSecure, and then nothing has changed."""
        self._take(self._read())
        self._troubles.report(None)
        self._tls_troubles.report(None)

    def _read(self) -> _Usable:
        self._watch([])
        if self._path is None:
            return _Usable(WebConfig())
        self._watch([self._path])  # before it is read: what changes meanwhile is read once more
        config = load(WebConfig, self._path, REMEDY)
        tls, folder = config.tls_server_config, self._path.parent
        if tls is None or not tls.enabled:
            return _Usable(config)
        seen = self._seen
        # One that can't be used now may be there in a moment: until then all are watched.
        self._watch([self._path, *(folder / name for name in tls.files)])
        certificates = Certificates(tls, folder, self._tls_troubles)
        self._watched, self._seen = [self._path], seen
        return _Usable(config, certificates)

    def _take(self, new: _Usable) -> None:
        """All of it, but for TLS where there was none, and no TLS where there was."""
        changed, was_secure = new.config != self._used.config, self.secure
        switched = (new.certificates is not None) != was_secure
        self._used = _Usable(new.config, self._used.certificates) if switched else new
        self.auth.use(new.config.basic_auth_users)
        self.policy.use(new.config)
        if not changed:
            return
        log.info("%s: changed, and in force", self._path)
        if switched:
            now, then = ("with", "without") if was_secure else ("without", "with")
            log.warning(
                "%s: TLS is switched by a restart only: served %s it until then, %s it after",
                self._path,
                now,
                then,
            )

    def _watch(self, paths: list[Path]) -> None:
        self._watched = paths
        self._seen = self._identities()

    def _identities(self) -> list[Stamp]:
        return [stamp(path) for path in self._watched]
