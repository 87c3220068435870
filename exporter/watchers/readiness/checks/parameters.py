"""Of who moves the addresses: which they are, on which interface, and HAProxy's files (pure).

Here of Pacemaker's resources; of Keepalived's instances in readiness/vrrp.py.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from exporter.sources.pacemaker.parse.address_parameter import address
from exporter.sources.pacemaker.parse.xml import Element, read
from exporter.watchers.failover.detection.snapshot import ADDRESS_AGENTS

_WHAT = "cibadmin's output"
# Only these are kept: passwords are among the others.
_NAMES = ("ip", "ipv6addr", "nic", "conffile", "binfile", "cmdline_options")


@dataclass(frozen=True)
class Parameters:
    addresses: Mapping[str, str] = field(default_factory=dict)  # by resource
    interfaces: Mapping[str, str] = field(default_factory=dict)  # by address, where one is named
    haproxies: frozenset[str] = frozenset()  # the resources that are HAProxy
    haproxy_files: tuple[str, ...] = ()  # that their agents are told; files or folders
    unordered: frozenset[str] = frozenset()  # addresses that come and go while HAProxy runs on: Keepalived's
    optional_orders: frozenset[tuple[str, str]] = frozenset()  # first, then; they hold within one transition


#   <primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="…">
#     <nvpair id="…" name="ip" value="10.0.0.100"/><nvpair id="…" name="nic" value="eth0"/>
#   <primitive id="vip" template="address"/> takes what <template id="address" …> has
def parameters(cib: bytes) -> Parameters:
    """What a rule or a reference to another resource's parameters adds is not seen. Raises Unparsable."""
    root = read(cib, _WHAT, ("cib",))
    templates = {one.get("id", ""): one for one in root.iter("template")}
    addresses, interfaces, haproxies, files = {}, {}, set[str](), dict[str, None]()
    for one in root.iter("primitive"):
        template = templates.get(one.get("template", ""))
        name, values = one.get("id", ""), {**_values(template), **_values(one)}
        kind = one.get("type") or (template.get("type", "") if template is not None else "")
        text = values.get("ip") or values.get("ipv6addr") or ""
        if kind in ADDRESS_AGENTS and (written := address(text)):
            addresses[name] = written
            if nic := values.get("nic"):
                interfaces[written] = nic.partition(":")[0]
        if kind == "haproxy" or values.get("binfile", "").endswith("/haproxy"):
            haproxies.add(name)
            files |= dict.fromkeys(_files(values))
    return Parameters(
        addresses,
        interfaces,
        frozenset(haproxies),
        tuple(files),
        optional_orders=frozenset(_optional(root)),
    )


def _values(resource: Element | None) -> dict[str, str]:
    pairs = resource.iterfind("instance_attributes/nvpair") if resource is not None else ()
    return {name: one.get("value", "") for one in pairs if (name := one.get("name", "")) in _NAMES}


def _files(values: Mapping[str, str]) -> Iterator[str]:
    """`conffile` of ocf:heartbeat:haproxy, `-f` in the options of ocf:heartbeat:anything."""
    if conffile := values.get("conffile"):
        yield conffile
    try:
        words = shlex.split(values.get("cmdline_options", ""))
    except ValueError:
        return
    yield from (after for flag, after in pairwise(words) if flag == "-f")


def _optional(root: Element) -> Iterator[tuple[str, str]]:
    for one in root.iter("rsc_order"):
        if one.get("kind") == "Optional" or one.get("score") == "0":
            yield one.get("first", ""), one.get("then", "")
