"""HAProxy can bind the address when it starts: it is started after it, or the kernel lets it bind before.

Pacemaker starts it after the address; Keepalived moves the address alone, and HAProxy runs on each host.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import ClassVar

from exporter.errors import NotPermitted, Unreachable
from exporter.sources.haproxy.configuration import haproxy_cfg
from exporter.sources.haproxy.configuration.files import Host
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import Snapshot, is_address
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.checks.parameters import Parameters
from exporter.watchers.readiness.metrics import Checked

_TRANSPARENT = re.compile(r"^[ \t]*bind[ \t][^#\n]*[ \t]transparent\b.*", re.MULTILINE)


class VipBindable(Check):
    name: ClassVar[str] = "vip_bindable"

    def __init__(self, addresses: Iterable[str], host: Host):
        """`addresses`: of the configuration; those of who moves them are added."""
        self._addresses, self._host = frozenset(addresses), host

    def ask(self, known: Known, deadline: Deadline) -> Checked | None:  # noqa: ARG002  # reads files alone
        addresses = {*self._addresses, *known.parameters.addresses.values()}
        bound = sorted(addresses & self._bound(known))
        if not bound:
            return None
        strict = [one for one in bound if not self._nonlocal(one)]
        if not strict:
            return Checked(self.name)
        parameters = known.need_parameters()
        if loose := [one for one in strict if one in parameters.unordered]:
            return Checked(
                self.name,
                tuple(
                    f"HAProxy binds {one} also while it is elsewhere, and {_setting(one)} is 0"
                    for one in loose
                ),
            )
        if known.pacemaker is None or known.snapshot is None:
            return None  # whether HAProxy is started after it is not known while Pacemaker can't be asked
        failures = [
            f"HAProxy binds {one}: no order starts it after that address, and {_setting(one)} is 0"
            for one in strict
            if not follows(one, parameters, known.pacemaker, known.snapshot)
        ]
        return Checked(self.name, tuple(failures))

    def _bound(self, known: Known) -> set[str]:
        """The addresses that HAProxy binds by themselves, and not with all others; nor with `transparent`."""
        found = known.need_files()
        texts = [_TRANSPARENT.sub("", self._text(path)) for path in found.paths]
        config = haproxy_cfg.parse(texts, {**self._host.environment, **found.environment})
        return {bind.host for proxy in config.proxies for bind in proxy.binds if bind.host}

    def _text(self, path: str) -> str:
        try:
            return self._host.text(path)
        except FileNotFoundError:
            return ""  # haproxy_config says so
        except OSError as error:
            raise NotPermitted(f"{path} can't be read: {error.strerror}") from None

    def _nonlocal(self, address: str) -> bool:
        file = self._host.root / "proc/sys" / _setting(address).replace(".", "/")
        try:
            return file.read_text().strip() == "1"
        except OSError as error:
            raise Unreachable(f"{file} can't be read: {error.strerror}") from None


def _setting(address: str) -> str:
    return f"net.ipv{ipaddress.ip_address(address).version}.ip_nonlocal_bind"


def follows(address: str, parameters: Parameters, reading: PacemakerReading, snapshot: Snapshot) -> bool:
    """Whether Pacemaker starts HAProxy where the address is, and after it.

    Where no resource is known to be HAProxy it may be any that is started after the address. True also of an
    address that is none of the watched resources: who brings it is not known.
    """
    own = {name for name, one in parameters.addresses.items() if one == address}
    watched = [name for name in snapshot.together if name.partition(":")[0] in own]
    for name in watched:
        tied = snapshot.together[name] & snapshot.holders.keys()
        proxies = tied & parameters.haproxies if parameters.haproxies else _others(tied, reading)
        if any(_after(one, name, parameters, reading, snapshot) for one in proxies):
            return True
    return not watched


def _others(names: frozenset[str], reading: PacemakerReading) -> frozenset[str]:
    return names - {one.id for one in reading.view.resources if is_address(one)}


def _after(
    second: str, first: str, parameters: Parameters, reading: PacemakerReading, snapshot: Snapshot
) -> bool:
    """By an order constraint, or by their places in a group."""
    if first in snapshot.before.get(second, frozenset()):
        return True
    places = {one.id: (number, one.group) for number, one in enumerate(reading.view.resources)}
    (at, group), (after, own_group) = places.get(first, (0, "")), places.get(second, (0, ""))
    if group and group == own_group:
        return at < after
    return any(pair in parameters.optional_orders for pair in _pairs(first, group, second, own_group))


def _pairs(first: str, group: str, second: str, own_group: str) -> Iterable[tuple[str, str]]:
    return ((one, other) for one in (first, group) for other in (second, own_group) if one and other)
