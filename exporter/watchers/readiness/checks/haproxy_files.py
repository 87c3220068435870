"""Which files HAProxy would start with on this host, and its variables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from exporter.errors import NotPermitted, Unreachable
from exporter.sources.haproxy.configuration import files
from exporter.sources.haproxy.configuration.files import Host


@dataclass(frozen=True)
class HaproxyFiles:
    paths: tuple[str, ...] = ()  # in HAProxy's order; one that is not there is among them
    environment: Mapping[str, str] = field(default_factory=dict)


def find(host: Host, told: Iterable[str]) -> HaproxyFiles:
    """Those that Pacemaker's agent is `told`, if any; else those of the running HAProxy, else of its service.

    Raises NotPermitted, Unreachable.
    """
    environment = files.service_environment(host)
    if own := tuple(_expanded(host, told)):
        return HaproxyFiles(own, environment)
    found, troubles = files.configuration_files(host, environment)
    if troubles:
        raise NotPermitted(troubles[0])
    if not found:
        raise Unreachable("the running HAProxy was given no file by its whole path")
    return HaproxyFiles(tuple(found), environment)


def _expanded(host: Host, told: Iterable[str]) -> Iterator[str]:
    for path in told:
        try:
            yield from host.files_in(path) if host.is_folder(path) else [path]
        except OSError as error:
            raise NotPermitted(f"{path} can't be read: {error.strerror}") from None
