"""The exporter under attack: a real process with a small configuration and the usual 1,024 descriptors."""

import http.client
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from deploy.lab.errors import LabError
from deploy.lab.waiting import until
from tests.trials.attack import doubles
from tests.trials.common.processes import Watched

DESCRIPTORS = 1024
START_SECONDS = 30.0
CONFIG = """\
pacemaker: {{crm_mon_path: {folder}/crm_mon, cibadmin_path: {folder}/cibadmin, timeout: 3}}
haproxy: {{stats: "unix:{folder}/haproxy.sock"}}
vips: [{{address: 127.0.0.1, port: {database}}}]
journal: {folder}/events.db
"""


@dataclass(frozen=True)
class Figures:
    """Of the process, so far."""

    late: float  # attempts of the prober
    attempts: float
    cpu: float  # seconds
    resident: int  # bytes
    log_bytes: int


class Target:
    """A running exporter."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], port: int):
        self.folder, self.process, self.port = folder, process, port

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def new_lines(self, before: str) -> list[str]:
        """What was logged since the log was `before`."""
        return self.log[len(before) :].splitlines()

    def get(self, path: str = "/metrics", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body, on a connection of its own, as Prometheus's first scrape. Raises LabError."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise LabError(f"no page: {type(error).__name__}: {error}") from None
        finally:
            connection.close()

    def values(self, headers: dict[str, str] | None = None) -> dict[str, float]:
        """Each series of the page; labels as in `name{label="value"}`, sorted."""
        status, body = self.get(headers=headers)
        if status != 200:
            raise LabError(f"the page answers {status}")
        return {
            sample.name
            + (
                "{" + ",".join(f'{k}="{v}"' for k, v in sorted(sample.labels.items())) + "}"
                if sample.labels
                else ""
            ): sample.value
            for family in text_string_to_metric_families(body.decode())
            for sample in family.samples
        }

    def success(self, collector: str) -> float:
        return self.values()[f'ha_cluster_scrape_success{{collector="{collector}"}}']

    def figures(self, headers: dict[str, str] | None = None) -> Figures:
        values = self.values(headers)

        def total(name: str) -> float:
            return sum(value for series, value in values.items() if series.startswith(f"{name}{{"))

        return Figures(
            late=total("vip_probe_late_total"),
            attempts=total("vip_probe_attempts_total"),
            cpu=self.cpu(),
            resident=Watched((self.process.pid,)).memory().resident,
            log_bytes=(self.folder / "log").stat().st_size,
        )

    def cpu(self) -> float:
        """Seconds, so far, the tools that it ran included."""
        return Watched((self.process.pid,)).cpu().total

    def reload(self) -> None:
        """SIGHUP, until the log has its result."""
        before = self.log.count("exporter.reload")
        self.process.send_signal(signal.SIGHUP)
        until(
            "the SIGHUP to be seen",
            lambda: self.log.count("exporter.reload") > before,
            10,
            log=lambda: self.log,
        )


@contextmanager
def running(
    folder: Path,
    *,
    servers: int = 0,
    web_config: str | None = None,
    limits: Sequence[str] = (),
) -> Iterator[Target]:
    """Started, until its page is there. `limits` are more of the shell's ulimit."""
    with ExitStack() as stack:
        port = stack.enter_context(doubles.database())
        stack.enter_context(doubles.haproxy(folder / "haproxy.sock", servers))
        if not (folder / "crm_mon").exists():
            doubles.write_pacemaker(folder)
        (folder / "config.yml").write_text(CONFIG.format(folder=folder, database=port))
        arguments = [f"--config.file={folder}/config.yml", "--web.listen-address=127.0.0.1:0"]
        if web_config:
            (folder / "web.yml").write_text(web_config)
            arguments.append(f"--web.config.file={folder}/web.yml")
        ulimits = "; ".join(f"ulimit {limit}" for limit in (f"-n {DESCRIPTORS}", *limits))
        log = stack.enter_context((folder / "log").open("wb"))
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'{ulimits}; exec "$@"', "sh", sys.executable, "-m", "exporter", *arguments],
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        stack.callback(_end, process)
        yield Target(folder, process, _port(process, folder / "log"))


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    """The one that the kernel chose, from the log, once the exporter has started."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text(errors="replace")
        started = text.rpartition("listening on 127.0.0.1:")[2]
        if (port := re.match(r"[0-9]+", started)) and "started, collectors" in started:
            return int(port[0])
        time.sleep(0.05)
    raise LabError(f"the exporter did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
