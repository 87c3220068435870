"""The checksum of IP and ICMP (RFC 1071; pure)."""

import struct


def checksum(data: bytes) -> bytes:
    """Of an even number of bytes, in network order."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", 0xFFFF ^ total)
