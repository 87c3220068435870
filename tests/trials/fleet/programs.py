"""The programs of one run, on the loopback: the pages' server, Prometheus, Alertmanager, the recorder."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY
from deploy.lab.monitoring import notifications, receivers, recorder
from deploy.lab.monitoring.engines import ENGINES, find, roots
from deploy.lab.monitoring.engines.prometheus import Prometheus
from deploy.lab.monitoring.notifications import Notification
from deploy.lab.state import USUAL
from deploy.lab.waiting import until
from tests.trials.common.processes import Watched

ALERTS = REPOSITORY / "alerts"
EXPORTERS = 3  # of each cluster
START = 60.0  # seconds
END = 30.0  # seconds
PATIENCE = 60.0  # seconds for an answer
SHORTEST_TIMEOUT = 3  # seconds: that of alerts/prometheus.yml, at its 5 s


RULERS = tuple(name for name, engine in ENGINES.items() if isinstance(engine, Prometheus))  # newest last


@dataclass(frozen=True)
class Setup:
    clusters: int
    interval: int  # seconds
    page: str  # whole or needed, see server.py
    engine: str = USUAL.engine  # one of RULERS

    @property
    def name(self) -> str:
        return f"{self.clusters}-{self.interval}s-{self.page}-{self.engine}"


@dataclass(frozen=True)
class Running:
    folder: Path
    setup: Setup
    pages: str  # URL of the server
    prometheus: str  # URL
    server: Watched
    ruler: Watched  # Prometheus

    def get(self, url: str, **parameters: str) -> requests.Response:
        answer = requests.get(url, params=parameters, timeout=PATIENCE)
        if answer.status_code != requests.codes.ok:
            raise LabError(f"{url} {parameters}: {answer.status_code} {answer.text[:300]}")
        return answer

    def fail(self, clusters: int) -> float:
        """When pages first show it, in seconds since 1970."""
        return float(self.get(f"{self.pages}/fail", clusters=str(clusters)).json())

    def query(self, promql: str) -> list[tuple[Mapping[str, str], float]]:
        data = self.get(f"{self.prometheus}/api/v1/query", query=promql).json()["data"]
        return [(one["metric"], float(one["value"][1])) for one in data["result"]]

    def number(self, promql: str) -> float:
        """Of a query with one result; 0 where it has none."""
        return next((value for _, value in self.query(promql)), 0.0)

    def version(self) -> str:
        """Of Prometheus."""
        answer = self.get(f"{self.prometheus}/api/v1/status/buildinfo").json()
        return str(answer["data"]["version"])

    def own(self) -> str:
        """Prometheus's page about itself."""
        return self.get(f"{self.prometheus}/metrics").text

    def snapshot(self) -> Path:
        """Everything so far as it is kept on disk."""
        answer = requests.post(f"{self.prometheus}/api/v1/admin/tsdb/snapshot", timeout=10 * PATIENCE).json()
        return self.folder / "data/snapshots" / str(answer["data"]["name"])

    def notified(self) -> list[Notification]:
        file = self.folder / "notified"
        return notifications.parse(file.read_text())[0] if file.exists() else []


@contextmanager
def running(setup: Setup) -> Iterator[Running]:
    """Ends and removes all of it, also after an error."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="fleet-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        pages, recorded, alertmanager, prometheus = _free(4)
        urls = [f"http://127.0.0.1:{port}" for port in (pages, recorded, alertmanager, prometheus)]
        _configure(folder, setup, pages, urls[1], alertmanager)
        module = ["-m", "tests.trials.fleet.server", str(pages), setup.page]
        server = _start(stack, folder, "server", [sys.executable, *module], f"{urls[0]}/0/0")
        written = [str(Path(recorder.__file__)), str(recorded), str(folder / "notified")]
        _start(stack, folder, "recorder", [sys.executable, *written], urls[1])
        _start(stack, folder, "alertmanager", _alertmanager(folder, alertmanager), f"{urls[2]}/-/ready")
        argv = _prometheus(folder, prometheus, setup.engine)
        ruler = _start(stack, folder, "prometheus", argv, f"{urls[3]}/-/ready")
        yield Running(folder, setup, urls[0], urls[3], server, ruler)


def _free(many: int) -> list[int]:
    """Ports of the loopback that nobody has just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(many)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _start(stack: ExitStack, folder: Path, name: str, argv: Sequence[str], answers: str) -> Watched:
    log = stack.enter_context((folder / f"{name}.log").open("w"))
    process = subprocess.Popen(argv, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    stack.callback(_end, process)

    def there() -> bool:
        if process.poll() is not None:
            raise LabError(f"{name} ended; its log:\n{_tail(folder, name)}")
        try:
            return requests.get(answers, timeout=5).ok
        except requests.ConnectionError:
            return False

    until(f"{name} to answer", there, START, log=lambda: _tail(folder, name))
    return Watched((process.pid,))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """At once: nothing of it is kept."""
    process.kill()
    process.wait(END)


def _tail(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text()[-2000:]


def _configure(folder: Path, setup: Setup, pages: int, recorder: str, alertmanager: int) -> None:
    (folder / "prometheus.yml").write_text(json.dumps(configuration(setup, pages, alertmanager)))
    shutil.copytree(ALERTS / "templates", folder / "templates")
    filled = receivers.fill((ALERTS / "alertmanager.yml").read_text(), recorder)
    (folder / "alertmanager.yml").write_text(filled)


def configuration(setup: Setup, pages: int, alertmanager: int) -> dict[str, object]:
    """As alerts/prometheus.yml, with the targets of all clusters; JSON is YAML too."""
    every, timeout = f"{setup.interval}s", f"{max(SHORTEST_TIMEOUT, setup.interval * 2 // 3)}s"
    return {
        "global": {
            "scrape_interval": every,
            "scrape_timeout": timeout,
            "evaluation_interval": every,
            "external_labels": {"grafana": "http://127.0.0.1", "runbooks": "http://127.0.0.1"},
        },
        "rule_files": [str(ALERTS / f"rules/{every}/*.yml")],
        "scrape_configs": [
            {"job_name": "failover", "static_configs": list(_targets(setup, pages))},
        ],
        "alerting": {
            "alert_relabel_configs": [{"action": "labeldrop", "regex": "grafana|runbooks"}],
            "alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}],
        },
    }


def cluster_name(number: int) -> str:
    return f"cluster-{number:04}"


def _targets(setup: Setup, pages: int) -> Iterator[dict[str, object]]:
    for number in range(setup.clusters):
        for exporter in range(EXPORTERS):
            labels = {
                "cluster": cluster_name(number),
                "instance": f"exporter-{exporter}.{cluster_name(number)}:10664",
                "__metrics_path__": f"/{number}/{exporter}",
            }
            yield {"targets": [f"127.0.0.1:{pages}"], "labels": labels}


def _alertmanager(folder: Path, port: int) -> list[str]:
    files = [f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/alertmanager"]
    listen = [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    return ["prometheus-alertmanager", *files, *listen]


def _prometheus(folder: Path, port: int, engine: str) -> list[str]:
    files = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    argv = ["prometheus", *files, f"--web.listen-address=127.0.0.1:{port}", "--web.enable-admin-api"]
    return roots.command(find(engine).root(), [str(folder), str(ALERTS)], argv)
