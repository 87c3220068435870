"""The ground truth: its client on a host of the lab, while it runs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.host import PYTHON, Host
from deploy.lab.lab import Lab
from deploy.lab.topology import Topology
from deploy.lab.waiting import until
from tests.trials.common.truth import EVERY, Attempt, parse

DAEMON = "ground-truth"
PROGRAM = Path(__file__).with_name("client.py")
LOG = f"/var/log/lab/{DAEMON}.log"
USER, PASSWORD = "client", "client-lab"  # an account without any privilege, see deploy/lab/galera.py
PATIENCE = 5.0  # seconds, as the exporter's: a client that waits longer has no failure where it has one
TAIL = 32 * 1024  # bytes of the log, some seconds
QUIET = 2.0  # seconds without a failure: the next trial's outage is another one


def vantage(lab: Lab) -> Host:
    """Where the ground truth and the exporter that is judged run: outside the pair."""
    return lab.fleet.clients[0]


@dataclass(frozen=True)
class Client:
    host: Host

    def attempts(self) -> list[Attempt]:
        """All of them, once the client has ended."""
        return parse(self.host.path(LOG).read_text().splitlines())

    def wait_quiet(self, seconds: float = 60) -> None:
        until("clients without a failure", self._quiet, seconds, log=lambda: self.host.tail(LOG))

    def _quiet(self) -> bool:
        path = self.host.path(LOG)
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - TAIL))
            whole = log.read().decode().splitlines()[1:-1]
        since = time.monotonic() - QUIET
        latest = [attempt for attempt in parse(whole) if attempt.end > since]
        return bool(latest) and not any(attempt.failed for attempt in latest)


@contextmanager
def running(host: Host, topology: Topology, every: float = EVERY) -> Iterator[Client]:
    """The client, an attempt each `every` seconds, from before its first until after the end of its last."""
    log = host.path(LOG)
    log.unlink(missing_ok=True)
    python = PYTHON
    arguments = [str(PROGRAM), topology.vip, str(topology.port), USER, f"{PATIENCE:g}", f"{every:g}"]
    host.spawn(DAEMON, ["env", f"PASSWORD={PASSWORD}", python, *arguments])
    try:
        until("the clients' first answer", lambda: log.exists() and log.stat().st_size, 10)
        yield Client(host)
    finally:
        if daemon := host.daemon(DAEMON):
            host.signal("TERM", [daemon])
            until("the clients to end", lambda: not host.daemon(DAEMON), PATIENCE + 5)
