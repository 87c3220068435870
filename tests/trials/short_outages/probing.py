"""The exporter that is judged, and the clients that are the ground truth."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.errors import LabError
from deploy.lab.page import Page, parse
from deploy.lab.waiting import until
from tests.mariadb import PASSWORD, USER
from tests.trials.common import client
from tests.trials.common.processes import Watched
from tests.trials.common.truth import Attempt
from tests.trials.common.truth import parse as parse_log

PORT = 10664  # in a network of its own nobody else has it
PATIENCE = 5.0  # seconds, as the exporter's
START = 30.0  # seconds
AT_REST = 11.0  # attempts a second of one endpoint, at most: they are 0.08 to 0.12 s apart
PACE_SECONDS = 2.0


@dataclass(frozen=True)
class Endpoint:
    address: str
    port: int = 3306
    client_file: str = ""  # none: without an account

    @property
    def config(self) -> str:
        account = f", client_file: {self.client_file}" if self.client_file else ""
        return f"- {{address: {self.address}, port: {self.port}{account}}}\n"


@dataclass(frozen=True)
class Counted:
    """What the page says of an endpoint."""

    outages: int
    last: float  # seconds that the last one took
    late: int  # attempts
    attempts: int


class Exporter:
    def __init__(self, pid: int, endpoints: Sequence[Endpoint]):
        self.endpoints = tuple(endpoints)
        self._pid = pid

    def counted(self) -> list[Counted]:
        """By endpoint."""
        page = parse(_page())
        return [_counted(page, vip=one.address, port=str(one.port)) for one in self.endpoints]

    def wait_answered(self) -> None:
        """Until each endpoint answers."""
        until("the exporter's attempts to be answered", lambda: _all_up(self.endpoints), START)

    def wait_at_rest(self) -> None:
        """Until attempts are as far apart as at rest: for some seconds after the start they are closer."""
        until("attempts as at rest", lambda: self._pace() <= AT_REST, START)

    def _pace(self) -> float:
        """Attempts a second, of the busiest endpoint."""
        before, began = self.counted(), time.monotonic()
        time.sleep(PACE_SECONDS)
        after, seconds = self.counted(), time.monotonic() - began
        return max(now.attempts - then.attempts for now, then in zip(after, before, strict=True)) / seconds

    def cpu(self) -> float:
        """Seconds so far."""
        return Watched((self._pid,)).cpu().total


def _counted(page: Page, **labels: str) -> Counted:
    return Counted(
        int(page.need("vip_outages_total", **labels)),
        page.get("vip_outage_last_duration_seconds", **labels) or 0.0,  # there is none before the first
        int(page.need("vip_probe_late_total", **labels)),
        int(page.need("vip_probe_attempts_total", **labels)),
    )


@contextmanager
def exporting(folder: Path, endpoints: Sequence[Endpoint]) -> Iterator[Exporter]:
    """From when each endpoint answers."""
    (folder / "config.yml").write_text("vips:\n" + "".join(one.config for one in endpoints))
    options = [f"--config.file={folder}/config.yml", f"--web.listen-address=127.0.0.1:{PORT}"]
    with (folder / "exporter.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "exporter", *options], stderr=log)
    try:
        exporter = Exporter(process.pid, endpoints)
        exporter.wait_answered()
        yield exporter
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _all_up(endpoints: Sequence[Endpoint]) -> bool:
    try:
        page = parse(_page())
    except LabError:
        return False
    return len(page.all("vip_probe_up")) == len(endpoints) and all(page.all("vip_probe_up").values())


def _page() -> str:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException) as error:
        raise LabError(f"no page: {error}") from None
    finally:
        connection.close()


class Clients:
    """`attempts` are there after the end."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []


@contextmanager
def clients(folder: Path, address: str) -> Iterator[Clients]:
    """One login every 10 ms."""
    found, log = Clients(), folder / "clients.log"
    command = [sys.executable, client.__file__, address, "3306", USER, f"{PATIENCE:g}"]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, env=os.environ | {"PASSWORD": PASSWORD})
    try:
        until("the clients' first answer", lambda: log.stat().st_size, START)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        found.attempts = parse_log(log.read_text().splitlines())
