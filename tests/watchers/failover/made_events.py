"""Events as tests need them."""

from dataclasses import replace

from exporter.watchers.failover.events import Event, Outage

MOVED = Event(
    id="1795347742000-failover-ip-haproxy-node02-10",
    resource="failover-ip",
    kind="move",
    origin="haproxy-node01",
    target="haproxy-node02",
    cause="operator_move",
    at=1795347742.5,
    detected=1795347742.0,
    late=False,
    evidence=("constraint cli-prefer-failover-ip for haproxy-node02",),
)
OUTAGE = Outage("10.0.0.100", 3306, start=1795347742.1, end=1795347742.4, seconds=0.3)
FELT = replace(MOVED, outages=(OUTAGE,), phases={"total": 0.3, "detection": 0.0, "address": 0.15})


def event(number: int, at: float = MOVED.at) -> Event:
    return replace(MOVED, id=f"event-{number:06}", at=at)
