"""Captures of Keepalived's dumps."""

from exporter.sources.keepalived.parse.data_dump import parse_data
from exporter.sources.keepalived.parse.json_dump import parse_json
from exporter.sources.keepalived.reading import KeepalivedReading, Running
from tests.golden import CAPTURES

CASES = sorted(path.stem.removeprefix("keepalived-") for path in CAPTURES.glob("keepalived-*.json"))


def json_dump(case: str) -> bytes:
    return (CAPTURES / f"keepalived-{case}.json").read_bytes()


def data_dump(case: str) -> bytes:
    return (CAPTURES / f"keepalived-{case}.data").read_bytes()


def reading(case: str) -> KeepalivedReading:
    details = parse_data(data_dump(case))
    return KeepalivedReading(Running(23, ((28, 1795946751.0),)), parse_json(json_dump(case)), details)
