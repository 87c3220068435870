"""When a start of a resource was in Pacemaker's CIB: read all the time, independently of the exporter."""

import time
from xml.etree import ElementTree

from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.observer import Observer
from deploy.lab.waiting import until

EVERY = 0.05  # seconds between two readings
STARTED = "//lrm_rsc_op[@operation='start' and @rc-code='0' and @op-status='0']"

# Resource, node, number of the call, seconds since 1970: a node that comes back numbers its calls anew.
Start = tuple[str, str, str, str]


class Starts(Observer):
    """From its `with` on, read on one host; times are seconds since 1970."""

    def __init__(self, lab: Lab, host: str):
        super().__init__("starts")
        self._host = lab.host(host)
        self._not_before: dict[Start, float] = {}  # read then, the CIB did not have it
        self._first = self._starts()

    def not_before(self, resource: str, node: str, seconds: float = 30) -> float:
        """Waits for a new start of the resource there; returns when the CIB did not have it yet."""

        def known() -> list[float]:
            return [at for start, at in list(self._not_before.items()) if start[:2] == (resource, node)]

        until(f"{self._host.name}'s CIB to have a start of {resource} on {node}", known, seconds)
        return max(known())

    def observe(self) -> None:
        asked = time.time()
        while not self.stop.wait(EVERY):
            before, asked = asked, time.time()
            for start in self._starts() - self._first:
                self._not_before.setdefault(start, before)

    def _starts(self) -> frozenset[Start]:
        try:
            done = self._host.exec(["cibadmin", "--query", "--xpath", STARTED], 5)
        except LabError:
            return frozenset()
        return starts(done.stdout) if done.returncode == 0 else frozenset()


def starts(xml: str) -> frozenset[Start]:
    """``<lrm_rsc_op operation_key="failover-ip_start_0" on_node="lb-a" call-id="12" last-rc-change="17…``"""
    root = ElementTree.fromstring(xml)  # noqa: S314 - the lab's own cibadmin wrote it
    return frozenset(
        (
            one.get("operation_key", "").removesuffix("_start_0"),
            one.get("on_node", ""),
            one.get("call-id", ""),
            one.get("last-rc-change", ""),
        )
        for one in root.iter("lrm_rsc_op")
    )
