"""Raw sockets on one link: ARP for IPv4, neighbour discovery for IPv6, ICMP echoes for both.

All need the capability CAP_NET_RAW. What is sent and received is made and read by
exporter/watchers/claimants/packets.py.
"""

import ctypes
import select
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress

from exporter.errors import Denied, SourceError, Unreachable

_ARPHRD_ETHER = 1  # linux/if_arp.h
_ETH_P_ARP, _ETH_P_IP, _ETH_P_IPV6 = 0x0806, 0x0800, 0x86DD
_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
# linux/bpf_common.h: the classic instructions that EchoLink needs. X is what _SKIP_IP found.
_BYTE, _HALF, _BYTE_AFTER_X, _HALF_AFTER_X, _SKIP_IP, _EQUAL, _PASS = 0x30, 0x28, 0x50, 0x48, 0xB1, 0x15, 0x06
_ICMP6_FILTER = 1  # linux/icmpv6.h; a bit set keeps that type out
_NEIGHBOUR_ADVERTISEMENT = 136
_HOP_LIMIT = 255  # RFC 4861, 7.1: any other came through a router, and is not from this link
_CHUNK = 2048


class Link(ABC):
    """A socket on one interface, to be closed. wait_readable() waits for what it receives."""

    mac: bytes  # this host's own on the link

    def __init__(self, interface: str):
        """Raises Denied without the right, Unreachable where the interface is gone or is not Ethernet."""
        self._interface = interface
        try:
            self._socket = self._open()
        except OSError as error:
            raise self._why(error) from None
        self._socket.setblocking(False)

    @abstractmethod
    def _open(self) -> socket.socket: ...

    @abstractmethod
    def receive(self) -> bytes | None:
        """The next of what has arrived, None when there is no more."""

    def _why(self, error: OSError) -> SourceError:
        if isinstance(error, PermissionError):
            return Denied(f"{self._interface}: asking the neighbours needs the capability CAP_NET_RAW")
        return Unreachable(f"{self._interface}: the neighbours can't be asked: {error.strerror or error}")

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


class _FrameLink(Link):
    protocol: int

    def _open(self) -> socket.socket:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # receives nothing until it is bound
        try:
            self._attach_filter(opened)
            opened.bind((self._interface, self.protocol))
            _name, _protocol, _packet, kind, self.mac = opened.getsockname()
            if kind != _ARPHRD_ETHER:
                raise OSError("it is not of Ethernet's kind")
        except BaseException:
            opened.close()
            raise
        return opened

    def _attach_filter(self, opened: socket.socket) -> None:
        """Before anything is received. Without one, every frame of the protocol is."""

    def send(self, frame: bytes) -> None:
        try:
            self._socket.send(frame)
        except OSError as error:
            raise self._why(error) from None

    def receive(self) -> bytes | None:
        """A frame of Ethernet."""
        with suppress(OSError):  # nothing more, or the interface is gone
            return self._socket.recv(_CHUNK)
        return None


class ArpLink(_FrameLink):
    protocol = _ETH_P_ARP


class EchoLink(_FrameLink):
    """Receives echo replies with one identifier: before netfilter, which knows no connection that they could
    belong to, may drop them."""

    def __init__(self, interface: str, version: int, identifier: int):
        self._ours = identifier
        self.protocol = _ETH_P_IP if version == 4 else _ETH_P_IPV6
        super().__init__(interface)

    def _attach_filter(self, opened: socket.socket) -> None:
        # Ethernet's header has 14 bytes, IPv6's 40, IPv4's what it says. The last check is of the identifier.
        program = (
            _program((_BYTE, 23), 1, (_SKIP_IP, 14), (_BYTE_AFTER_X, 14), 0, (_HALF_AFTER_X, 18), self._ours)
            if self.protocol == _ETH_P_IP
            else _program((_BYTE, 20), 58, (_BYTE, 54), 129, (_HALF, 58), self._ours)
        )
        code = ctypes.create_string_buffer(program, len(program))
        filter_ = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
        opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_)


class NeighbourLink(Link):
    def __init__(self, interface: str, mac: bytes, source: str):
        """`source`: a link-local address of the interface, which replies are sent to."""
        self.mac = mac
        self._source = source
        super().__init__(interface)

    def _open(self) -> socket.socket:
        opened = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        try:
            passing = bytearray(b"\xff" * 32)
            word, bit = divmod(_NEIGHBOUR_ADVERTISEMENT, 32)
            struct.pack_into("=I", passing, 4 * word, 0xFFFFFFFF ^ (1 << bit))
            opened.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, passing)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, _HOP_LIMIT)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
            self._index = socket.if_nametoindex(self._interface)
            opened.bind((self._source, 0, 0, self._index))
        except BaseException:
            opened.close()
            raise
        return opened

    def send(self, message: bytes, group: str) -> None:
        """An ICMPv6 message to a multicast group of the link; the kernel fills in its checksum."""
        try:
            self._socket.sendto(message, (group, 0, 0, self._index))
        except OSError as error:
            raise self._why(error) from None

    def receive(self) -> bytes | None:
        """An ICMPv6 message with a valid checksum; empty if it did not come from this link."""
        with suppress(OSError):
            message, extra, _flags, _sender = self._socket.recvmsg(_CHUNK, socket.CMSG_SPACE(4))
            hop_limit = (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, struct.pack("=i", _HOP_LIMIT))
            return message if hop_limit in extra else b""
        return None


def wait_readable(links: Sequence[Link], seconds: float) -> list[Link]:
    """Those that have received something, at the latest after `seconds`."""
    return select.select(links, [], [], seconds)[0]


def _program(*steps: tuple[int, int] | int) -> bytes:
    """Instructions of the kernel's packet filter: a pair loads a value, a number is compared with it."""
    end, lines = len(steps), []
    for at, step in enumerate(steps):
        if isinstance(step, int):
            lines.append((_EQUAL, 0, end - at, step))  # else to the last line
        else:
            lines.append((step[0], 0, 0, step[1]))
    lines += [(_PASS, 0, 0, 0xFFFF), (_PASS, 0, 0, 0)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
