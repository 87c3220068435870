"""Malformed output fails its own source alone. All sources are real, on doubles of their tools."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric

from exporter.scrape import Scraper, Source
from exporter.sources.address.source import AddressSource
from exporter.sources.corosync.source import CorosyncSource
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.haproxy.source import HaproxySource
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.sources.pacemaker.source import PacemakerSource
from tests.golden import CAPTURES
from tests.sources.corosync.captures import outputs
from tests.sources.corosync.tools import ToolDoubles
from tests.transports.peers import answer, unix_peer

CRM_MON = (CAPTURES / "crm_mon-2.1.5-article.xml").read_bytes()
COROSYNC = outputs("corosync-3.1.7-article")
HAPROXY = (CAPTURES / "haproxy-2.6.12-article.txt").read_bytes()
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE pacemaker-result [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<pacemaker-result>&b;</pacemaker-result>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE pacemaker-result [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<pacemaker-result>&secret;</pacemaker-result>"""

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def other_digits(output: bytes) -> bytes:
    return output.decode().translate(ARABIC).encode()


def cut(output: bytes) -> bytes:
    return output[: len(output) // 2]


BAD = {
    "pacemaker": {
        "empty": b"",
        "cut": cut(CRM_MON),
        "garbage": b"\x7fELF\x02\x01\x01\x00\xff\xfe",
        "other digits": other_digits(CRM_MON),
        "ten megabytes": b"<a>" + b"x" * 10_000_000,
        "entities": BOMB,
        "a file outside": OUTSIDE,
    },
    "corosync": {
        "empty": b"",
        "cut": cut(COROSYNC.quorumtool),
        "garbage": b"\x7fELF\x02\x01\x01\x00\xff\xfe",
        "other digits": other_digits(COROSYNC.quorumtool),
        "ten megabytes": b"x" * 10_000_000,
    },
    "haproxy": {
        "empty": b"",
        "cut": cut(HAPROXY),
        "garbage": b"\x7fELF\x02\x01\x01\x00\xff\xfe",
        "other digits": other_digits(HAPROXY),
        "ten megabytes": b"x" * 10_000_000,
    },
}


class Tools:
    """What each source is answered."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.haproxy = HAPROXY
        self.corosync = ToolDoubles(folder)
        self.corosync.show(COROSYNC)
        self.write("crm_mon", CRM_MON)
        self.write("cibadmin", (CAPTURES / "cibadmin-2.1.5-article.xml").read_bytes())

    def write(self, tool: str, output: bytes) -> None:
        printed = self.folder / f"{tool}.stdout"
        printed.write_bytes(output)
        script = self.folder / tool
        script.write_text(f"#!/bin/sh\ncat {printed}\n")
        script.chmod(0o755)

    def spoil(self, source: str, output: bytes) -> None:
        if source == "pacemaker":
            self.write("crm_mon", output)
        elif source == "corosync":
            self.corosync.answer("quorumtool", output)
        else:
            self.haproxy = output

    def scraper(self) -> Scraper:
        pacemaker = PacemakerOptions(str(self.folder / "crm_mon"), str(self.folder / "cibadmin"))
        haproxy = HaproxyOptions(f"unix:{self.folder}/haproxy")
        sources: list[Source[Any]] = [
            PacemakerSource(pacemaker),
            CorosyncSource(self.corosync.options),
            HaproxySource(haproxy),
            AddressSource(("127.0.0.1",)),
        ]
        return Scraper(sources, about=lambda: [])


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    yield Tools(tmp_path)


async def families(tools: Tools) -> dict[str, Metric]:
    with unix_peer(tools.folder / "haproxy", answer(tools.haproxy)):
        parts = await tools.scraper().scrape(9, list[Metric])
    return {family.name: family for part in parts for family in part}


def successes(page: dict[str, Metric]) -> dict[str, float]:
    return {one.labels["collector"]: one.value for one in page["ha_cluster_scrape_success"].samples}


async def test_the_doubles_are_read_well(tools: Tools) -> None:
    """Without anything bad all four are read, so the tests below see what the bad input does."""
    assert set(successes(await families(tools)).values()) == {1}


@pytest.mark.parametrize(("source", "kind"), [(source, kind) for source, bad in BAD.items() for kind in bad])
async def test_bad_input_costs_its_own_source_alone(
    tools: Tools, source: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """success 0, the reason, a log line that names the source; the others' series in the same scrape."""
    caplog.set_level(logging.WARNING)
    tools.spoil(source, BAD[source][kind])
    page = await families(tools)
    assert successes(page) == {one: float(one != source) for one in successes(page)}
    failures = page["failover_exporter_collector_failures"].samples
    counted = {
        (sample.labels["collector"], sample.labels["reason"]) for sample in failures if sample.value > 0
    }
    assert counted == {(source, "unparsable")}
    # An attempt that another test of this process began may still end.
    (record,) = [one for one in caplog.records if one.name != "exporter.watchers.prober.prober"]
    assert record.getMessage().startswith(f"{source}: unparsable: ")
    assert len(record.getMessage()) < 500
    own = {"pacemaker": "ha_cluster_pacemaker", "corosync": "ha_cluster_corosync", "haproxy": "haproxy"}
    for name, prefix in own.items():
        assert any(family.startswith(prefix) for family in page) == (name != source)
