"""How far another host's clock is ahead, by an ICMP timestamp request (RFC 792). IPv4 has it, IPv6 hasn't.

Linux answers unless a firewall drops it: the milliseconds since midnight UTC. Needs CAP_NET_RAW.
"""

import os
import socket
import struct
import time

from exporter.errors import Denied, TimedOut, Unreachable
from exporter.internet_checksum import checksum
from exporter.transports.deadline import Deadline

_REQUEST, _REPLY = 13, 14
_MESSAGE = struct.Struct("!BBHHHIII")  # type, code, checksum, identifier, number, three times in ms
_ICMP_FILTER = 1  # linux/icmp.h; a bit set keeps that type out
_SOL_RAW = 255
_DAY = 86_400_000  # ms
_FOREIGN = 0x80000000  # RFC 792: set where the time is not of UTC, or not in ms


def offset(host: str, deadline: Deadline) -> float:
    """Seconds that the other clock is ahead, -43,200 to 43,200: days are not seen.

    Raises Denied without the right, Unreachable, TimedOut.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as channel:
            channel.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFF ^ (1 << _REPLY)))
            channel.connect((host, 0))  # only what comes from there is received
            return _exchange(channel, host, deadline)
    except PermissionError:
        raise Denied("asking for another host's clock needs the capability CAP_NET_RAW") from None
    except TimeoutError:
        raise TimedOut(
            f"{host} does not answer ICMP timestamp requests: does a firewall drop them?"
        ) from None
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} can't be asked for its clock: {error}") from None


def _exchange(channel: socket.socket, host: str, deadline: Deadline) -> float:
    identifier = int.from_bytes(os.urandom(2))
    asked = time.time()
    channel.send(request(identifier, asked))
    while True:
        channel.settimeout(deadline.remaining(host))
        packet = channel.recv(256)
        if (theirs := reply(packet, identifier)) is not None:
            ours = (asked + time.time()) / 2 % 86_400
            return (theirs - ours + 43_200) % 86_400 - 43_200


def request(identifier: int, now: float) -> bytes:
    """`now`: seconds since 1970."""
    sent = int(now * 1000) % _DAY
    message = _MESSAGE.pack(_REQUEST, 0, 0, identifier, 0, sent, 0, 0)
    return message[:2] + checksum(message) + message[4:]


def reply(packet: bytes, identifier: int) -> float | None:
    """Seconds since midnight UTC by the clock of who answered; None for another packet."""
    message = packet[4 * (packet[0] & 0xF) :] if packet else b""
    if len(message) < _MESSAGE.size:
        return None
    kind, code, _checksum, ours, _number, _sent, received, _answered = _MESSAGE.unpack(
        message[: _MESSAGE.size]
    )
    if (kind, code, ours) != (_REPLY, 0, identifier) or received & _FOREIGN:
        return None
    return float(received) / 1000
