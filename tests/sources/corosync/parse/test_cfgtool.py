"""corosync-cfgtool -s."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.corosync.parse.cfgtool import parse_cfgtool
from tests.sources.corosync.captures import CASES, outputs

HEALTHY = outputs("corosync-3.1.7-two-links").cfgtool


def test_rings_of_corosync_2() -> None:
    """Corosync 2: one status a ring; FAULTY is a fault, a problem counter is not yet one."""
    status = parse_cfgtool(outputs("corosync-2.4.6-ring-faulty").cfgtool)
    assert (status.corosync_2, status.knet, status.transport) == (True, False, None)
    assert [(link.number, link.address, link.faulty) for link in status.links] == [
        (0, "192.0.2.11", False),
        (1, "192.0.3.11", True),
    ]


def test_udpu_of_2_99_to_3_1_0() -> None:
    """UDPU: one status a link, always OK."""
    status = parse_cfgtool(outputs("corosync-2.99.5-udpu").cfgtool)
    assert (status.corosync_2, status.knet) == (False, False)
    assert [(link.number, link.faulty, link.rows) for link in status.links] == [(0, False, 0)]


def test_local_id_with_a_sign() -> None:
    """Up to 2.3.5 it is printed with %d."""
    output = outputs("corosync-2.4.6-rings").cfgtool.replace(
        b"Local node ID 1\n", b"Local node ID -1062731519\n"
    )
    assert parse_cfgtool(output).node_id == 3232235777


def test_heading_of_2_99() -> None:
    """A heading written as Link ID is read as well."""
    output = outputs("corosync-2.99.5-udpu").cfgtool.replace(b"LINK ID", b"Link ID")
    assert parse_cfgtool(output) == parse_cfgtool(outputs("corosync-2.99.5-udpu").cfgtool)


@pytest.mark.parametrize(
    ("case", "connected"),
    [
        ("3.0.1-knet", [{}, {}]),  # by position, without ids
        ("3.0.3-knet", [{1: True, 2: True}, {1: True, 2: True}]),
        ("3.0.4-knet-not-enabled", [{1: False, 2: True, 3: False}, {1: False, 2: False, 3: False}]),
        ("3.1.1-knet", [{1: False, 2: True}, {1: False, 2: False}]),
        ("3.1.7-two-links", [{1: False, 2: True}, {1: False, 2: True}]),
        ("3.1.10-next-qdevice", [{1: False, 2: True}, {1: False, 2: True}]),
    ],
)
def test_nodes_of_links(case: str, connected: list[dict[int, bool]]) -> None:
    """knet: the nodes of each link are read in each version's words; a note in between is no node."""
    status = parse_cfgtool(outputs(f"corosync-{case}").cfgtool)
    assert status.knet
    assert [link.connected for link in status.links] == connected
    assert {link.rows for link in status.links} == {3 if "not-enabled" in case else 2}


def test_udpu_of_3_1_7() -> None:
    """UDPU from 3.1.1 on lists nodes, and after the link's number there is only a space."""
    status = parse_cfgtool(outputs("corosync-3.1.7-udpu").cfgtool)
    assert (status.transport, status.knet) == ("udpu", False)
    assert [link.connected for link in status.links] == [{1: False, 2: True}]


def test_no_link_listed() -> None:
    """From 3.1.1 on no link at all is an answer; before it is an output that was cut off."""
    assert parse_cfgtool(b"Local node ID 1, transport knet\n").links == ()
    with pytest.raises(Unparsable):
        parse_cfgtool(b"Printing link status.\nLocal node ID 1\n")


@pytest.mark.parametrize("case", CASES)
def test_cut_inside_a_line(case: str) -> None:
    """Cut off inside any line the output is Unparsable."""
    output = outputs(case).cfgtool
    for length in range(len(output)):
        if not output[:length].endswith(b"\n"):
            with pytest.raises(Unparsable):
                parse_cfgtool(output[:length])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Local node ID 1", "Local node ID \u0661".encode()),
        (b"LINK ID 1", b"LINK ID 0"),
        (b"LINK ID 1", "LINK ID \u0661".encode()),
        (b"\tconnected", b"\tconnected?"),
        (b"nodeid:          2", "nodeid:          \u0662".encode()),
        (b"\tstatus:\n", b"\tstatus\t= ring 0 active wi\n"),
        (b"\tstatus:\n", b""),
        (b"\taddr\t= 127.0.0.1\n", b""),
    ],
)
def test_odd_values(old: bytes, new: bytes) -> None:
    """Other words, other digits, a link twice or without its address or status is Unparsable."""
    assert old in HEALTHY
    with pytest.raises(Unparsable):
        parse_cfgtool(HEALTHY.replace(old, new))


@pytest.mark.parametrize("output", [b"", b"\n", b"\xff\xfe", b"x\n" * 5_000_000, b"1" * 10_000_000 + b"\n"])
def test_rubbish(output: bytes) -> None:
    """Nothing, no text, and ten megabytes of something else are Unparsable."""
    with pytest.raises(Unparsable):
        parse_cfgtool(output)


@given(st.integers(0, len(HEALTHY) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_damaged(at: int, inserted: bytes, removed: int) -> None:
    """Whatever is damaged, it is read or Unparsable, and no link is there twice."""
    try:
        status = parse_cfgtool(HEALTHY[:at] + inserted + HEALTHY[at + removed :])
    except Unparsable:
        return
    assert len({link.number for link in status.links}) == len(status.links)
