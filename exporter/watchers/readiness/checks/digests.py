"""What is in a configuration file, as a digest to compare between the hosts of a pair.

Of the whole content, as `sha256sum FILE` prints it, or `cat FILES | sha256sum` where HAProxy has several:
what a person can repeat on both hosts. Comments count; what has to differ between hosts goes into variables
(/etc/default/haproxy), which are no part of it.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from exporter.errors import NotPermitted, Unreachable
from exporter.sources.haproxy.configuration.files import Host
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.metrics import ConfigFile

COROSYNC_CONF = "/etc/corosync/corosync.conf"
_CHUNK = 1 << 20


class HaproxyDigest(Check):
    name: ClassVar[str] = "haproxy.cfg"

    def __init__(self, host: Host):
        self._host = host

    def ask(self, known: Known, deadline: Deadline) -> ConfigFile:
        return ConfigFile(self.name, digest(self._host.root, known.need_files().paths, deadline))


class CorosyncDigest(Check):
    name: ClassVar[str] = "corosync.conf"

    def __init__(self, host: Host):
        self._host = host

    def ask(self, known: Known, deadline: Deadline) -> ConfigFile:  # noqa: ARG002  # its place is fixed
        return ConfigFile(self.name, digest(self._host.root, (COROSYNC_CONF,), deadline))


def digest(root: Path, paths: Iterable[str], deadline: Deadline) -> str:
    """SHA-256 of the contents one behind the other, hexadecimal. Raises SourceError."""
    done = hashlib.sha256()
    for path in paths:
        try:
            with (root / path.lstrip("/")).open("rb") as file:
                while chunk := file.read(_CHUNK):
                    done.update(chunk)
                    deadline.remaining(path)
        except PermissionError as error:
            raise NotPermitted(
                f"{path} can't be read: {error.strerror}; give the exporter's user that right"
            ) from None
        except OSError as error:
            raise Unreachable(f"{path} can't be read: {error.strerror}") from None
    return done.hexdigest()
