"""Requests to the owners of an address, and their replies, as bytes (pure).

IPv4: an ARP probe (RFC 5227, 2.1.1), whose sender address is 0.0.0.0, so that no neighbour updates its table
from it and no holder of the address takes it for a claim; fields as in RFC 826. A reply to it has our 0.0.0.0
as its target, which distinguishes it from announcements and from replies to others.

IPv6: a neighbour solicitation (RFC 4861, 4.3) from our link-local address. Not the one with the unspecified
address that corresponds to the ARP probe: a peer that is just taking the address over would take it for a
duplicate and give the address up (RFC 4862, 5.4.3).

Both: an echo request (RFC 792, RFC 4443) in a frame to one MAC address. Its reply shows that this owner still
has the address, and changes no neighbour table, not even the sender's own. Its hop limit is 1: a former owner
that forwards does not pass it on to the present one.
"""

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

from exporter.internet_checksum import checksum
from exporter.watchers.claimants.links import Address

_BROADCAST = b"\xff" * 6
_ARP = 0x0806
_HEAD = struct.pack("!HHBB", 1, 0x0800, 6, 4)  # Ethernet's and IPv4's addresses
_REQUEST, _REPLY = 1, 2
_NOBODY = bytes(4)

_SOLICITATION, _ADVERTISEMENT = 135, 136
_SOLICITED = 0x40000000
_SOURCE_LINK_ADDRESS, _TARGET_LINK_ADDRESS = 1, 2
_SOLICITED_NODES = int(IPv6Address("ff02::1:ff00:0"))

_IPV4, _IPV6 = 0x0800, 0x86DD
_ICMP, _ICMPV6 = 1, 58
_HOPS = 1
_ECHO = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number


def arp_probe(mac: bytes, address: IPv4Address) -> bytes:
    """An Ethernet frame to every host on the link."""
    arp = _HEAD + struct.pack("!H6s4s6s4s", _REQUEST, mac, _NOBODY, bytes(6), address.packed)
    return _BROADCAST + mac + struct.pack("!H", _ARP) + arp


def arp_answer(frame: bytes, mac: bytes) -> tuple[IPv4Address, bytes] | None:
    """From a reply to a probe of ours: the address and its owner's MAC address. None: another frame."""
    if len(frame) < 42 or frame[12:14] != struct.pack("!H", _ARP) or frame[14:20] != _HEAD:
        return None
    operation, owner, address, asker, target = struct.unpack("!H6s4s6s4s", frame[20:42])
    if (operation, asker, target) != (_REPLY, mac, _NOBODY):
        return None
    return IPv4Address(address), owner


def solicitation(mac: bytes, address: IPv6Address) -> bytes:
    """An ICMPv6 message, its checksum left to the kernel."""
    asked = struct.pack("!BBHI16s", _SOLICITATION, 0, 0, 0, address.packed)
    return asked + struct.pack("!BB6s", _SOURCE_LINK_ADDRESS, 1, mac)


def solicited_nodes(address: IPv6Address) -> str:
    """The multicast group that owners of the address are in (RFC 4291, 2.7.1)."""
    return str(IPv6Address(_SOLICITED_NODES | int(address) & 0xFFFFFF))


def advertisement(message: bytes) -> tuple[IPv6Address, bytes] | None:
    """From a reply to a solicitation: the address and its owner's MAC address. None: another message, or an
    unsolicited one."""
    if len(message) < 24:
        return None
    kind, code, _checksum, flags, address = struct.unpack("!BBHI16s", message[:24])
    if (kind, code) != (_ADVERTISEMENT, 0) or not flags & _SOLICITED:
        return None
    owner = _target_link_address(message[24:])
    return (IPv6Address(address), owner) if owner else None


def _target_link_address(options: bytes) -> bytes | None:
    """Options are type, length in units of 8 octets, value (RFC 4861, 4.6)."""
    while len(options) >= 8:
        kind, length = options[0], options[1] * 8
        if not 0 < length <= len(options):
            return None
        if kind == _TARGET_LINK_ADDRESS:
            return options[2:8] if length == 8 else None
        options = options[length:]
    return None


def echo_request(mac: bytes, owner: bytes, source: Address, address: Address, identifier: int) -> bytes:
    """A frame to one owner. `source`: an address of ours, of the same version."""
    kind = 8 if address.version == 4 else 128
    length = _ECHO.size
    if address.version == 4:
        packed = source.packed, address.packed
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, _HOPS, _ICMP, 0, *packed)
        head = head[:10] + checksum(head) + head[12:]
        protocol, pseudo = _IPV4, b""
    else:
        head = struct.pack("!IHBB", 6 << 28, length, _ICMPV6, _HOPS) + source.packed + address.packed
        protocol, pseudo = _IPV6, source.packed + address.packed + struct.pack("!II", length, _ICMPV6)
    echo = _ECHO.pack(kind, 0, 0, identifier, 0)
    echo = echo[:2] + checksum(pseudo + echo) + echo[4:]
    return owner + mac + struct.pack("!H", protocol) + head + echo


def echo_answer(frame: bytes, identifier: int) -> tuple[Address, bytes] | None:
    """From a reply to such a request: the address and its owner's MAC address. None: another frame."""
    protocol, packet = frame[12:14], frame[14:]
    if protocol == struct.pack("!H", _IPV4) and len(packet) >= 20 and packet[9] == _ICMP:
        kind, address, echo = 0, packet[12:16], packet[4 * (packet[0] & 0xF) :]
    elif protocol == struct.pack("!H", _IPV6) and len(packet) >= 40 and packet[6] == _ICMPV6:
        kind, address, echo = 129, packet[8:24], packet[40:]
    else:
        return None
    if len(echo) < _ECHO.size:
        return None
    found, code, _checksum, ours, _number = _ECHO.unpack(echo[: _ECHO.size])
    return (ip_address(address), frame[6:12]) if (found, code, ours) == (kind, 0, identifier) else None
