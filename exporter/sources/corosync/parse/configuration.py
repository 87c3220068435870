"""Nodes, quorum device and token timeout, out of Corosync's configuration map."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.errors import Unparsable
from exporter.parsing import integer
from exporter.sources.corosync.parse.cmapctl import TOOL
from exporter.sources.corosync.parse.node_ids import node_id

_TIMEOUT = "runtime.config.totem.token"  # ms; from 2.3.5
_CONSENSUS = "runtime.config.totem.consensus"  # ms, likewise
_CONSENSUS_OF_TOKEN = 1.2  # corosync.conf(5): where `consensus` is not set
_QDEVICE = "quorum.device."
CONFIGURATION_KEYS = (  # those that end in a dot are prefixes
    "nodelist.node.",
    _QDEVICE,
    _CONSENSUS,
    _TIMEOUT,
)

# nodelist.node.0.name (str) = alpha
# nodelist.node.0.nodeid (u32) = 1
# nodelist.node.0.ring1_addr (str) = 10.0.1.11        a name or an address, as in corosync.conf
_NODE_KEY = re.compile(r"nodelist\.node\.([0-9]+)\.([a-z0-9_]+)")
# quorum.device.model (str) = net
# quorum.device.net.host (str) = 10.0.0.31
# quorum.device.net.algorithm (str) = ffsplit
# quorum.device.timeout (u32) = 10000                        ms, where corosync.conf sets it
# quorum.device.heuristics.mode (str) = sync
# quorum.device.heuristics.exec_gateway (str) = /usr/bin/ping -c 1 192.0.2.1
_HEURISTICS = f"{_QDEVICE}heuristics."
_OFF = {"off", "no", "0"}
_QDEVICE_TIMEOUT, _SYNC_TIMEOUT = 10_000, 30_000  # ms, votequorum.h: where they are not set

_RING_ADDRESS = re.compile(r"ring([0-7])_addr")


@dataclass(frozen=True)
class Node:
    name: str  # without a name in corosync.conf its first address
    addresses: Mapping[int, str]  # by link


@dataclass(frozen=True)
class QdeviceConfiguration:
    model: str  # net; another where a program of one's own is the quorum device
    host: str  # of corosync-qnetd; empty with another model
    algorithm: str  # ffsplit, lms, 2nodelms; empty with another model
    timeout: float = _QDEVICE_TIMEOUT / 1000  # seconds; its heartbeats follow from it
    heuristics: float = 0.0  # seconds that commands of its own may take after a node was lost


@dataclass(frozen=True)
class Configuration:
    nodes: Mapping[int, Node]  # by node id; empty where corosync.conf gives none
    token_timeout: float  # seconds
    consensus_timeout: float  # seconds in which the nodes that are left agree, after that
    qdevice: QdeviceConfiguration | None = None


def parse_configuration(entries: Mapping[str, str]) -> Configuration:
    """Raises Unparsable. Nodes without an id (Corosync 2 makes one from the address) are left out."""
    if _TIMEOUT not in entries:
        raise Unparsable(
            f"{TOOL}: no {_TIMEOUT} among {len(entries)} keys: Corosync before 2.3.5 is not supported"
            " (`corosync -v` prints the version), or the output was cut off"
        )
    token = integer(entries[_TIMEOUT], f"{TOOL}: {_TIMEOUT}")
    by_position: dict[str, dict[str, str]] = defaultdict(dict)
    for key, value in entries.items():
        if match := _NODE_KEY.fullmatch(key):
            by_position[match[1]][match[2]] = value
    nodes = {
        node_id(keys["nodeid"], f"{TOOL}: nodeid"): _node(keys)
        for keys in by_position.values()
        if "nodeid" in keys
    }
    consensus = _milliseconds(entries, _CONSENSUS, _CONSENSUS_OF_TOKEN * token)
    return Configuration(nodes, token / 1000, consensus / 1000, _qdevice(entries))


def _qdevice(entries: Mapping[str, str]) -> QdeviceConfiguration | None:
    model = entries.get(f"{_QDEVICE}model")
    if not model:
        return None
    host, algorithm = (entries.get(f"{_QDEVICE}{model}.{key}", "") for key in ("host", "algorithm"))
    timeout = _milliseconds(entries, f"{_QDEVICE}timeout", _QDEVICE_TIMEOUT)
    return QdeviceConfiguration(model, host, algorithm, timeout / 1000, _heuristics(entries) / 1000)


def _heuristics(entries: Mapping[str, str]) -> float:
    """Milliseconds; corosync-qdevice(8): `sync_timeout` of the heuristics is half of the device's."""
    commands = any(key.startswith(f"{_HEURISTICS}exec_") for key in entries)
    if not commands or entries.get(f"{_HEURISTICS}mode", "off").lower() in _OFF:
        return 0
    own = entries.get(f"{_HEURISTICS}sync_timeout", "")  # as somebody wrote it: Corosync does not check it
    half = _milliseconds(entries, f"{_QDEVICE}sync_timeout", _SYNC_TIMEOUT) / 2
    return int(own) if own.isdecimal() else half


def _milliseconds(entries: Mapping[str, str], key: str, otherwise: float) -> float:
    text = entries.get(key)
    return otherwise if text is None else integer(text, f"{TOOL}: {key}")


def _node(keys: Mapping[str, str]) -> Node:
    addresses = {
        int(match[1]): value for key, value in keys.items() if (match := _RING_ADDRESS.fullmatch(key))
    }
    return Node(keys.get("name") or next(iter(addresses.values()), "") or keys["nodeid"], addresses)
