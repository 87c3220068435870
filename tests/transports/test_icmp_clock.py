"""ICMP timestamps as bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.transports.icmp_clock import reply, request

IP = bytes([0x45]) + bytes(19)


def answer(received: int, identifier: int = 7, kind: int = 14) -> bytes:
    return IP + struct.pack("!BBHHHIII", kind, 0, 0, identifier, 0, 1, received, received)


@given(st.integers(0, 0xFFFF), st.floats(0, 4e9))
def test_the_checksum_of_a_request(identifier: int, now: float) -> None:
    """RFC 1071: the sum over all, the checksum among them, is all ones."""
    total = sum(struct.unpack("!10H", request(identifier, now)))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    assert total == 0xFFFF


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (answer(43_200_500), 43_200.5),
        (bytes([0x46]) + bytes(23) + answer(1000)[20:], 1.0),  # with an option in the IP header
        (answer(1000, identifier=8), None),  # to another program's question
        (answer(1000, kind=13), None),
        (answer(0x80000001), None),  # RFC 792: not in ms since midnight
        (answer(1000)[:30], None),
        (b"", None),
    ],
)
def test_what_is_an_answer(packet: bytes, expected: float | None) -> None:
    """Its time of the day, and nothing from another packet."""
    assert reply(packet, 7) == expected


@given(st.binary(max_size=80))
def test_any_packet_is_taken(packet: bytes) -> None:
    """Whatever a network sends."""
    reply(packet, 7)
