"""Connections to Corosync, and what it answers."""

import ctypes
from collections.abc import Callable, Iterator

from . import wording
from .libraries import (
    CS_OK,
    GONE,
    Address,
    Failed,
    Handle,
    Info,
    Libraries,
    NodeStatus,
    QuorumCallback,
    QuorumModel,
    RingId,
    Unsuitable,
    patiently,
)
from .maps import CONFIGURATION, STATS, Map

_TRACK_CURRENT, _DISPATCH_ONE = 1, 1
_QUORUM_V1 = 1  # quorum_model_t
_NODE_STATUS_V1 = 1
_MOST_ADDRESSES = 8  # INTERFACE_MAX
_SOCKADDR_SIZES = {2: 16, 10: 28}  # of AF_INET and AF_INET6
_LONGEST_NAME = 1025  # NI_MAXHOST
_NODES = b"nodelist.node."


class Corosync:
    """All connections. Raises Failed or Unsuitable, from each method: it is of no more use then."""

    def __init__(self) -> None:
        self._libraries = libraries = Libraries()
        self._map = Map(libraries, CONFIGURATION)
        if (provider := self._map.text(b"quorum.provider")) != wording.PROVIDER:
            raise Unsuitable(f"the quorum provider is {provider or 'not configured'}, not {wording.PROVIDER}")
        self._stats = Map(libraries, STATS)
        self._quorum, self._votequorum, self._cfg = Handle(), Handle(), Handle()
        self._seen: list[tuple[str, list[int]]] = []  # ring id and members, by the callback
        self._model = QuorumModel(_QUORUM_V1, QuorumCallback(self._notified), None)
        self._connect("quorum", self._to_quorum)
        self._connect("votequorum", self._to_votequorum)
        self._connect("cfg", lambda: libraries.cfg.corosync_cfg_initialize(ctypes.byref(self._cfg), None))
        own = ctypes.c_uint()
        got = libraries.cfg.corosync_cfg_local_get(self._cfg, ctypes.byref(own))
        libraries.done(got, "Could not get the local node id. Error")
        self._own = own.value
        self._names: dict[int, bytes] = {}

    def _connect(self, name: str, initialize: Callable[[], int]) -> None:
        self._libraries.done(patiently(initialize), f"Failed to initialize the {name} API. Error")

    def _to_quorum(self) -> int:
        handle, model, kind = map(ctypes.byref, (self._quorum, self._model, ctypes.c_uint32()))
        return int(self._libraries.quorum_model(handle, _QUORUM_V1, model, kind, None))

    def _to_votequorum(self) -> int:
        no_callbacks = (ctypes.c_void_p * 3)()
        initialize = self._libraries.votequorum.votequorum_initialize
        return int(initialize(ctypes.byref(self._votequorum), ctypes.byref(no_callbacks)))

    def close(self) -> None:
        """The libraries then remove the shared memory that a Corosync which was killed has left."""
        self._map.close()
        self._stats.close()
        self._libraries.quorum.quorum_finalize(self._quorum)
        self._libraries.votequorum.votequorum_finalize(self._votequorum)
        self._libraries.cfg.corosync_cfg_finalize(self._cfg)

    def answer(self, question: list[str]) -> bytes:
        what, *keys = question
        if what == "quorum":
            return self.quorum()
        if what == "links":
            return self.links()
        if what == "map":
            self._names = {}  # they may have changed too
            return b"".join(self._map.lines(keys))
        return b"".join(self._stats.lines(keys))

    def links(self) -> bytes:
        transport = self._map.text(b"totem.transport") or "knet"
        known = sorted(node_id for _, node_id in self._nodes())
        if not known:
            raise Failed("No nodes found in nodelist")
        return wording.links(self._own, transport, {node_id: self._status(node_id) for node_id in known})

    def _nodes(self) -> Iterator[tuple[bytes, int]]:
        """Each node of the node list: the beginning of its keys, and its id."""
        for key in self._map.keys(_NODES):
            if key.endswith(b".nodeid") and (node_id := self._map.number(key)) is not None:
                yield key.removesuffix(b"nodeid"), node_id

    def _status(self, node_id: int) -> NodeStatus:
        """All 0 where Corosync can't tell."""
        status = NodeStatus()
        got = self._libraries.node_status(self._cfg, node_id, _NODE_STATUS_V1, ctypes.byref(status))
        if got in GONE:
            self._libraries.done(got, "Could not get the node status. Error")
        return status

    def quorum(self) -> bytes:
        quorate = ctypes.c_int()
        got = self._libraries.quorum.quorum_getquorate(self._quorum, ctypes.byref(quorate))
        self._libraries.done(got, "Unable to get cluster quorate status:")
        ring_id, members = self._membership()
        infos = [self._info(node_id) for node_id in members]
        names = {node_id: self._name(node_id) for node_id in members}
        return wording.quorum(ring_id, bool(quorate.value), self._info(self._own), infos, names)

    def _membership(self) -> tuple[str, list[int]]:
        library = self._libraries.quorum
        self._seen.clear()
        started = patiently(lambda: library.quorum_trackstart(self._quorum, _TRACK_CURRENT))
        self._libraries.done(started, "Unable to start quorum status tracking:")
        while not self._seen:  # the list of nodes comes before
            got = library.quorum_dispatch(self._quorum, _DISPATCH_ONE)
            self._libraries.done(got, "Unable to dispatch quorum status:")
        return self._seen[-1]

    def _notified(  # quorum_v1_quorum_notification_fn_t
        self,
        _handle: int,
        _quorate: int,
        ring: RingId,
        count: int,
        members: "ctypes._Pointer[ctypes.c_uint32]",
    ) -> None:
        self._seen.append((f"{ring.node_id:x}.{ring.sequence:x}", members[:count]))

    def _info(self, node_id: int) -> Info:
        info = Info()
        got = self._libraries.votequorum.votequorum_getinfo(self._votequorum, node_id, ctypes.byref(info))
        self._libraries.done(got, f"Unable to get node {node_id} info:")
        return info

    def _name(self, node_id: int) -> bytes:
        """As in the node list, else what its first address resolves to; empty where it has none."""
        if node_id not in self._names:
            for key, number in self._nodes():
                self._names[number] = self._map.text(key + b"name").encode()
            self._names[node_id] = self._names.get(node_id) or self._resolved(node_id)
        return self._names[node_id]

    def _resolved(self, node_id: int) -> bytes:
        addresses, count = (Address * _MOST_ADDRESSES)(), ctypes.c_int()
        most = ctypes.c_size_t(_MOST_ADDRESSES)
        ask = self._libraries.cfg.corosync_cfg_get_node_addrs
        got = ask(self._cfg, node_id, most, ctypes.byref(count), addresses)
        if got != CS_OK or not count.value:
            return b""
        first = ctypes.byref(addresses[0], Address.address.offset)
        family = ctypes.c_uint16.from_buffer(addresses[0], Address.address.offset).value
        size, name = _SOCKADDR_SIZES.get(family), ctypes.create_string_buffer(_LONGEST_NAME)
        if size is None or ctypes.CDLL(None).getnameinfo(first, size, name, len(name), None, 0, 0):
            return b""
        return name.value
