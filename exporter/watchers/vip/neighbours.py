"""Questions for the owner of an address, and their answers, as bytes (pure).

IPv4: an ARP probe (RFC 5227, 2.1.1), whose sender address is 0.0.0.0, so that no neighbour learns anything
from it, nor a holder of the address takes it for a claim; fields as in RFC 826. Its answer carries our
0.0.0.0 back as the target: what is announced or answered to others is told apart by that.

IPv6: a neighbour solicitation (RFC 4861, 4.3) from our link-local address. Not the one with the unspecified
address that corresponds to the ARP probe: a peer that is just taking the address over would see a duplicate
in it, and give it up (RFC 4862, 5.4.3).
"""

import struct
from ipaddress import IPv4Address, IPv6Address

_BROADCAST = b"\xff" * 6
_ARP = 0x0806
_HEAD = struct.pack("!HHBB", 1, 0x0800, 6, 4)  # Ethernet's and IPv4's addresses
_REQUEST, _REPLY = 1, 2
_NOBODY = bytes(4)

_SOLICITATION, _ADVERTISEMENT = 135, 136
_SOLICITED = 0x40000000
_SOURCE_LINK_ADDRESS, _TARGET_LINK_ADDRESS = 1, 2
_SOLICITED_NODES = int(IPv6Address("ff02::1:ff00:0"))


def arp_probe(mac: bytes, address: IPv4Address) -> bytes:
    """A frame that asks all on the link."""
    arp = _HEAD + struct.pack("!H6s4s6s4s", _REQUEST, mac, _NOBODY, bytes(6), address.packed)
    return _BROADCAST + mac + struct.pack("!H", _ARP) + arp


def arp_answer(frame: bytes, mac: bytes) -> tuple[IPv4Address, bytes] | None:
    """Who answers a probe of ours: the address and its owner's MAC address. None: another frame."""
    if len(frame) < 42 or frame[12:14] != struct.pack("!H", _ARP) or frame[14:20] != _HEAD:
        return None
    operation, owner, address, asker, target = struct.unpack("!H6s4s6s4s", frame[20:42])
    if (operation, asker, target) != (_REPLY, mac, _NOBODY):
        return None
    return IPv4Address(address), owner


def solicitation(mac: bytes, address: IPv6Address) -> bytes:
    """An ICMPv6 message that asks, its checksum left to the kernel."""
    asked = struct.pack("!BBHI16s", _SOLICITATION, 0, 0, 0, address.packed)
    return asked + struct.pack("!BB6s", _SOURCE_LINK_ADDRESS, 1, mac)


def solicited_nodes(address: IPv6Address) -> str:
    """The multicast group that owners of the address listen to (RFC 4291, 2.7.1)."""
    return str(IPv6Address(_SOLICITED_NODES | int(address) & 0xFFFFFF))


def advertisement(message: bytes) -> tuple[IPv6Address, bytes] | None:
    """Who answers a solicitation. None: another message, or one that announces unasked."""
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
