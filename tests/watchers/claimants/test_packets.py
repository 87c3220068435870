"""ARP probes and neighbour solicitations as the RFCs draw them, and which frames are an answer."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.claimants.packets import (
    advertisement,
    arp_answer,
    arp_probe,
    echo_answer,
    echo_request,
    solicitation,
    solicited_nodes,
)

OURS = bytes.fromhex("020000000011")
PEER = bytes.fromhex("020000000012")
VIP = IPv4Address("10.0.0.100")
VIP6 = IPv6Address("2001:db8::100")

# Ethernet: to us, from the peer, ARP. Then RFC 826: Ethernet, IPv4, 6, 4, reply; the peer's MAC and the
# address it owns; our MAC and 0.0.0.0, which the probe had as its sender.
ANSWER = bytes.fromhex(
    "020000000011 020000000012 0806 0001 0800 06 04 0002 020000000012 0a000064 020000000011 00000000"
)
# RFC 4861, 4.4: advertisement, code 0, checksum, solicited and override, target; option 2, 8 octets, MAC.
ADVERTISEMENT = bytes.fromhex("8800 1234 60000000 20010db8000000000000000000000100 0201 020000000012")


def test_probe() -> None:
    """To all, a request from nobody's address, for the VIP."""
    expected = (
        "ffffffffffff 020000000011 0806 0001 0800 06 04 0001 020000000011 00000000 000000000000 0a000064"
    )
    assert arp_probe(OURS, VIP) == bytes.fromhex(expected)


def test_answer() -> None:
    """The owner's MAC and its address, also when the driver filled the frame up to 60 bytes."""
    assert arp_answer(ANSWER, OURS) == (VIP, PEER)
    assert arp_answer(ANSWER + bytes(18), OURS) == (VIP, PEER)


@pytest.mark.parametrize(
    ("what", "place", "changed"),
    [
        ("another protocol", 12, "0800"),
        ("another kind of hardware", 14, "0006"),
        ("another kind of address", 16, "86dd"),
        ("a request", 20, "0001"),
        ("an answer to another host's probe", 32, "020000000013"),
        ("an answer to a request that was no probe", 38, "0a00000b"),
        ("an announcement", 32, "ffffffffffff 0a000064"),
    ],
)
def test_frames_that_are_no_answer(what: str, place: int, changed: str) -> None:
    """What others say to each other, and announcements, are no answers of ours."""
    new = bytes.fromhex(changed)
    assert arp_answer(ANSWER[:place] + new + ANSWER[place + len(new) :], OURS) is None, what


def test_answer_cut_anywhere_is_none() -> None:
    """A frame that ends early says nothing."""
    assert [arp_answer(ANSWER[:end], OURS) for end in range(len(ANSWER))] == [None] * len(ANSWER)


def test_solicitation() -> None:
    """The target, and our MAC so that the answer needs no question of its own."""
    expected = "8700 0000 00000000 20010db8000000000000000000000100 0101 020000000011"
    assert solicitation(OURS, VIP6) == bytes.fromhex(expected)


def test_solicited_nodes() -> None:
    """RFC 4291's own example: the last 24 bits of 4037::01:800:200e:8c6c."""
    assert solicited_nodes(IPv6Address("4037::01:800:200e:8c6c")) == "ff02::1:ff0e:8c6c"


def test_advertisement() -> None:
    """The owner's MAC, also behind an option that is not known."""
    assert advertisement(ADVERTISEMENT) == (VIP6, PEER)
    unknown = bytes.fromhex("0e02") + bytes(14)
    assert advertisement(ADVERTISEMENT[:24] + unknown + ADVERTISEMENT[24:]) == (VIP6, PEER)


@pytest.mark.parametrize(
    ("what", "place", "changed"),
    [
        ("a solicitation", 0, "87"),
        ("another code", 1, "01"),
        ("unasked, as after a takeover", 4, "20"),
        ("no target link-layer address", 24, "01"),
        ("an option without a length", 25, "00"),
        ("an option longer than the message", 25, "02"),
    ],
)
def test_messages_that_are_no_answer(what: str, place: int, changed: str) -> None:
    """Only a solicited advertisement that names its MAC is an answer."""
    new = bytes.fromhex(changed)
    assert advertisement(ADVERTISEMENT[:place] + new + ADVERTISEMENT[place + len(new) :]) is None, what


def test_advertisement_cut_anywhere_is_none() -> None:
    """A message that ends early says nothing."""
    assert {advertisement(ADVERTISEMENT[:end]) for end in range(len(ADVERTISEMENT))} == {None}


@given(st.binary(max_size=200), st.integers(0, 42))
def test_anything_may_come_from_the_network(noise: bytes, kept: int) -> None:
    """Noise, alone or behind the beginning of a real one, is read or ignored, never an error."""
    arp_answer(noise, OURS)
    arp_answer(ANSWER[:kept] + noise, OURS)
    advertisement(noise)
    advertisement(ADVERTISEMENT[:kept] + noise)


@given(st.ip_addresses(v=4), st.binary(min_size=6, max_size=6), st.binary(min_size=6, max_size=6))
def test_an_owner_that_turns_a_probe_round_is_understood(vip: IPv4Address, ours: bytes, owner: bytes) -> None:
    """RFC 826: swap the two halves, put the own address in, make it a reply."""
    asked = arp_probe(ours, vip)
    sender, target = asked[22:32], owner + asked[38:42]
    assert arp_answer(sender[:6] + owner + asked[12:20] + b"\0\2" + target + sender, ours) == (vip, owner)


HERE, HERE6 = IPv4Address("10.0.0.31"), IPv6Address("fe80::31")
# RFC 791: version and length, 28 bytes, one hop, ICMP. RFC 792: echo, code 0, checksum, identifier, number.
ECHO = bytes.fromhex(
    "020000000012 020000000011 0800 4500001c 00000000 0101 a55f 0a00001f 0a000064 0800 e5cb 1234 0000"
)


def test_an_echo_request_to_one_owner() -> None:
    """Ethernet to its MAC, one hop, both checksums right."""
    assert echo_request(OURS, PEER, HERE, VIP, 0x1234) == ECHO
    assert checked(ECHO[14:34]) == checked(ECHO[34:]) == 0
    frame = echo_request(OURS, PEER, HERE6, VIP6, 0x1234)
    assert frame[:22] == bytes.fromhex("020000000012 020000000011 86dd 60000000 0008 3a 01")
    assert frame[22:54] == HERE6.packed + VIP6.packed
    assert frame[54:56] + frame[58:] == bytes.fromhex("8000 1234 0000")
    pseudo = HERE6.packed + VIP6.packed + bytes.fromhex("00000008 0000003a")  # RFC 8200, 8.1
    assert checked(pseudo + frame[54:]) == 0


def checked(data: bytes) -> int:
    """RFC 1071: what is right sums up to nothing."""
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    return 0xFFFF ^ (total % 0xFFFF or 0xFFFF)


def answered(request: bytes) -> bytes:
    """The frame that comes back: addresses exchanged, another type."""
    six = request[12:14] == b"\x86\xdd"
    source, address, kind = (22, 38, 54) if six else (26, 30, 34)
    length = address - source
    head = request[6:12] + request[:6] + request[12:source]
    swapped = request[address : address + length] + request[source:address]
    return head + swapped + bytes([129 if six else 0]) + request[kind + 1 :]


@pytest.mark.parametrize("request_", [ECHO, echo_request(OURS, PEER, HERE6, VIP6, 0x1234)])
def test_an_echo_is_its_owners(request_: bytes) -> None:
    """Identified by the MAC address that it came from; replies to other requests and truncated ones are
    none."""
    reply = answered(request_)
    assert echo_answer(reply, 0x1234) == (VIP6 if len(reply) > 50 else VIP, PEER)
    assert echo_answer(reply + bytes(18), 0x1234) is not None  # filled up by the driver
    assert echo_answer(reply, 0x1235) is None
    assert echo_answer(request_, 0x1234) is None
    assert not any(echo_answer(reply[:length], 0x1234) for length in range(len(reply)))


@given(st.binary(max_size=80), st.sampled_from([b"\x08\x00", b"\x86\xdd"]))
def test_no_frame_breaks_the_reader_of_echoes(data: bytes, protocol: bytes) -> None:
    """Whatever is on the link."""
    echo_answer(data[:12] + protocol + data[12:], 0x1234)
