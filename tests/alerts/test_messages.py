"""A real Alertmanager with alerts/alertmanager.yml: what its receivers get of a whole fault, and of silences.

Its times are a fiftieth of those that people get; everything else is as it is shipped.
"""

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from deploy.lab.monitoring import Message, recorder
from deploy.lab.monitoring.notifications import messages
from deploy.lab.monitoring.receivers import fill
from deploy.lab.waiting import until
from tests.alerts.rules import ALERTING, ALERTS, REPOSITORY
from tests.trials.matrix.trial import sent

pytestmark = pytest.mark.lab  # real daemons, and seconds of waiting

SHRUNK = 50
TIMES = re.compile(r"(group_(?:wait|interval): )(\d+)([smh])")
SECONDS = {"s": 1, "m": 60, "h": 3600}
INTERVAL = 60 / SHRUNK  # a ticket queue's group_interval
QUIET = 3 * INTERVAL  # seconds in which whatever is to come has come
PATIENCE = 20.0  # seconds
Body = dict[str, object]  # of one alert, for Alertmanager's API
RECIPE = re.compile(r"^amtool silence add (?:.*\\\n)*.*", re.MULTILINE)


def shrunk(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) * SECONDS[match[3]] * 1000 // SHRUNK}ms"


def told(*alerts: str, cluster: str, over: bool = False, **labels: str) -> list[Body]:
    """As Prometheus sends alerts; `over` with their end, now."""
    now = datetime.now(UTC)
    ends = now if over else now + timedelta(minutes=4)
    return [
        {
            "labels": {"alertname": name, "cluster": cluster, **ALERTING[name].labels, **labels},
            "annotations": {
                "summary": f"{cluster}: {name}",
                "description": "…",
                "dashboard_url": "https://g",
            },
            "startsAt": (now - timedelta(milliseconds=1)).isoformat(),
            "endsAt": ends.isoformat(),
        }
        for name in alerts
    ]


def explained(*alerts: str, cluster: str, over: bool = False) -> list[Body]:
    """What TicketInhibitor says of them."""
    return [body for one in alerts for body in told("TicketInhibitor", cluster=cluster, over=over, of=one)]


@dataclass(frozen=True)
class Alertmanager:
    url: str
    recorded: Path

    def tell(self, *alerts: str, cluster: str, over: bool = False, **labels: str) -> None:
        self.send(told(*alerts, cluster=cluster, over=over, **labels))

    def explains(self, *alerts: str, cluster: str, over: bool = False) -> None:
        """What TicketInhibitor says of them."""
        self.send(explained(*alerts, cluster=cluster, over=over))

    def send(self, *some: list[Body]) -> None:
        """At once, as Prometheus sends what one evaluation gave."""
        data = json.dumps([one for alerts in some for one in alerts]).encode()
        request = Request(f"{self.url}/api/v2/alerts", data, {"Content-Type": "application/json"})  # noqa: S310  # ours
        with urlopen(request, timeout=5):  # noqa: S310  # ours
            pass

    def messages(self, cluster: str) -> list[Message]:
        """Those that go to somebody."""
        every = messages(self.recorded.read_text()) if self.recorded.exists() else []
        return [
            one
            for one in every
            if one.alerts[0].labels.get("cluster") == cluster and one.receiver != "nowhere"
        ]

    def story(self, cluster: str) -> list[tuple[str, str, str]]:
        """Receiver, opened or updated or closed, headline."""
        return [(one.receiver, one.what, one.headline) for one in sent(self.messages(cluster), 0)]

    def wait(self, cluster: str, count: int) -> None:
        """In words too: what each integration of a receiver sends arrives by itself."""

        def arrived() -> bool:
            return sum(bool(one.title) for one in self.messages(cluster)) >= count

        until(f"{count} messages of {cluster}", arrived, PATIENCE)

    def amtool(self, arguments: Sequence[str]) -> str:
        command = ["amtool", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    """With its receivers pointed at a recorder of this test."""
    if shutil.which("prometheus-alertmanager") is None:
        pytest.skip("prometheus-alertmanager is not installed (`make test` installs it)")
    folder = tmp_path_factory.mktemp("alertmanager")
    port, web = free_port(), free_port()
    filled = fill((ALERTS / "alertmanager.yml").read_text(), f"http://127.0.0.1:{port}")
    (folder / "alertmanager.yml").write_text(TIMES.sub(shrunk, filled))
    (folder / "templates").symlink_to(ALERTS / "templates")
    started = Alertmanager(f"http://127.0.0.1:{web}", folder / "recorded")
    daemons = [
        [sys.executable, str(recorder.__file__), str(port), str(started.recorded)],
        [
            "prometheus-alertmanager",
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{web}",
            "--cluster.listen-address=",
        ],
    ]
    with ExitStack() as stack:
        for argv in daemons:
            log = stack.enter_context((folder / f"{Path(argv[0]).name}.log").open("w"))
            process = stack.enter_context(subprocess.Popen(argv, stdout=log, stderr=log))
            stack.callback(process.kill)
        until("Alertmanager", lambda: ready(f"{started.url}/-/ready"), PATIENCE)
        until("the recorder", lambda: ready(f"http://127.0.0.1:{port}/"), PATIENCE)
        yield started


def ready(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:  # noqa: S310  # ours
            return bool(answer.status == 200)
    except OSError:
        return False


def quiet(alertmanager: Alertmanager, cluster: str) -> None:
    """Until nothing came for as long as anything could take."""
    count, since = -1, time.monotonic()

    def still() -> bool:
        nonlocal count, since
        if (now := len(alertmanager.messages(cluster))) != count:
            count, since = now, time.monotonic()
        return time.monotonic() - since > QUIET

    until("nothing more to come", still, PATIENCE)


def test_an_orderly_stop_is_one_message(alertmanager: Alertmanager) -> None:
    """What made six: consequences come first and end last, the failover heads it, one message closes it."""
    early = ["CorosyncLinkDown", "CorosyncTokenLoss", "VIPConnectSlow"]
    late = ["VIPOutage", "ClusterViewStale"]
    causes = ["PacemakerNodeOffline", "FailoverHappened"]
    alertmanager.send(
        told(*early, cluster="stop"),
        told("CollectorFailing", cluster="stop", collector="corosync"),
        told(*causes, cluster="stop"),
        explained(*causes, cluster="stop"),
    )
    alertmanager.wait("stop", 1)
    (opened,) = alertmanager.messages("stop")
    assert opened.title == "stop: FailoverHappened, and 1 more"
    alertmanager.send(told(*late, cluster="stop"), told(*causes, cluster="stop", over=True))
    alertmanager.wait("stop", 2)
    alertmanager.tell(*early, *late, cluster="stop", over=True)
    alertmanager.tell("CollectorFailing", cluster="stop", over=True, collector="corosync")
    alertmanager.explains(*causes, cluster="stop", over=True)
    quiet(alertmanager, "stop")
    assert alertmanager.story("stop") == [
        ("tickets", "opened", "FailoverHappened"),
        ("tickets", "closed", "FailoverHappened"),
    ]


def test_a_node_that_stays_away_is_updated_once(alertmanager: Alertmanager) -> None:
    """The failover is over after a minute, the node is offline until it is back."""
    fault = ["FailoverHappened", "PacemakerNodeOffline"]
    alertmanager.tell(*fault, cluster="away")
    alertmanager.wait("away", 1)
    alertmanager.tell("FailoverHappened", cluster="away", over=True)
    alertmanager.wait("away", 2)
    # Prometheus says it again each minute, for a quarter of an hour: nobody is told again.
    for _ in range(3):
        alertmanager.tell("FailoverHappened", cluster="away", over=True)
        time.sleep(INTERVAL)
    alertmanager.tell("PacemakerNodeOffline", cluster="away", over=True)
    quiet(alertmanager, "away")
    assert alertmanager.story("away") == [
        ("tickets", "opened", "FailoverHappened"),
        ("tickets", "updated", "PacemakerNodeOffline"),
        ("tickets", "closed", "PacemakerNodeOffline"),
    ]


def test_a_page_holds_its_tickets_back(alertmanager: Alertmanager) -> None:
    """Those of the same cluster, also when they end after it; the other cluster's ticket comes."""
    tickets = ["FailoverHappened", "VIPOutage", "PacemakerNodeOffline", "CorosyncLinkDown"]
    alertmanager.send(
        told(*tickets, cluster="split"),
        told("VIPSplitBrain", "HAProxyNotServing", cluster="split"),
        explained("VIPSplitBrain", cluster="split"),
    )
    alertmanager.tell("VIPOutage", cluster="another")
    alertmanager.wait("another", 1)
    alertmanager.tell("HAProxyNotServing", "VIPSplitBrain", cluster="split", over=True)
    alertmanager.wait("split", 2)
    alertmanager.tell(*tickets, cluster="split", over=True)
    quiet(alertmanager, "split")
    alertmanager.explains("VIPSplitBrain", cluster="split", over=True)
    quiet(alertmanager, "split")
    assert alertmanager.story("split") == [
        ("pager", "opened", "VIPSplitBrain"),
        ("pager", "closed", "VIPSplitBrain"),
    ]
    assert alertmanager.story("another") == [("tickets", "opened", "VIPOutage")]


def test_what_is_left_of_a_page_becomes_a_ticket(alertmanager: Alertmanager) -> None:
    """Two minutes after it, when TicketInhibitor ends: the node that is still away."""
    alertmanager.send(
        told("FailoverSlow", "PacemakerNodeOffline", "ExporterDown", cluster="left"),
        explained("FailoverSlow", "PacemakerNodeOffline", cluster="left"),
    )
    alertmanager.wait("left", 1)
    alertmanager.tell("FailoverSlow", cluster="left", over=True)
    alertmanager.wait("left", 2)
    quiet(alertmanager, "left")
    alertmanager.explains("FailoverSlow", cluster="left", over=True)
    alertmanager.wait("left", 3)
    assert alertmanager.story("left") == [
        ("pager", "opened", "FailoverSlow"),
        ("pager", "closed", "FailoverSlow"),
        ("tickets", "opened", "PacemakerNodeOffline"),
    ]


def test_the_recipe_for_planned_maintenance(alertmanager: Alertmanager) -> None:
    """As docs/operating.md has it: until it ends one cluster is silent, but for what must wake people."""
    recipe = RECIPE.search((REPOSITORY / "docs/operating.md").read_text())
    assert recipe
    text = recipe[0].replace("\\\n", "").replace("mysql-production", "planned")
    words = shlex.split(text)[1:]
    url = f"--alertmanager.url={alertmanager.url}"
    words = [url if word.startswith("--alertmanager.url=") else word for word in words]
    silence = alertmanager.amtool(words)
    planned = ["PacemakerNodeStandby", "FailoverHappened"]
    alertmanager.tell(*planned, "FailoverSlow", cluster="planned")
    alertmanager.tell(*planned, cluster="unplanned")
    alertmanager.wait("unplanned", 1)
    assert alertmanager.story("planned") == []
    alertmanager.tell("VIPSplitBrain", cluster="planned")
    alertmanager.wait("planned", 1)
    alertmanager.tell("VIPSplitBrain", "FailoverSlow", "FailoverHappened", cluster="planned", over=True)
    alertmanager.wait("planned", 2)
    alertmanager.amtool(["silence", "expire", url, silence])
    alertmanager.wait("planned", 3)
    assert alertmanager.story("planned") == [
        ("pager", "opened", "VIPSplitBrain"),
        ("pager", "closed", "VIPSplitBrain"),
        ("tickets", "opened", "PacemakerNodeStandby"),
    ]
