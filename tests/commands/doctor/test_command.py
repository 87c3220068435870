"""`failover-exporter doctor`, as it is called, against real HTTP servers on loopback."""

import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.cli import main
from exporter.commands.doctor import pages
from exporter.commands.doctor.options import DoctorOptions
from exporter.commands.doctor.page import Page, parse
from exporter.commands.http_account import HttpAccount
from exporter.rules.groups import ALERTS as ALL_ALERTS
from exporter.web.status.record import to_object
from tests.commands.doctor.cases import ONE, TWO, page, page_text, series, status
from tests.commands.doctor.test_prometheus_answers import RULES, TARGETS
from tests.commands.http_server import Server, serving
from tests.transports.peers import closed_port


class Answering(Server):
    """By path."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, str] = {}

    def reply(self, path: str) -> tuple[int, bytes]:
        answer = self.answers.get(path.partition("?")[0])
        return (404, b"") if answer is None else (200, answer.encode())


@pytest.fixture
def servers() -> Iterator[tuple[Answering, Answering, Answering]]:
    """An exporter here, the other one, and a Prometheus with an Alertmanager; all well."""
    with ExitStack() as stack:
        own, other, prometheus = Answering(), Answering(), Answering()
        for one in (own, other, prometheus):
            stack.enter_context(serving(one))
        for server, host in ((own, platform.node()), (other, TWO)):
            server.answers["/metrics"] = page_text()
            server.answers["/status.json"] = json.dumps(to_object(replace(status(), host=host)))
        for path, data in monitored(prometheus, own.url, other.url).items():
            answer = {"status": "success", "data": data}
            prometheus.answers[f"/api/v1/{path}"] = json.dumps(answer)
        prometheus.answers["/-/ready"] = "ready"
        yield own, other, prometheus


def monitored(prometheus: Answering, *exporters: str) -> Mapping[str, object]:
    """What Prometheus says of them, with the rules of this repository."""
    (target, _), (group, *_) = TARGETS["activeTargets"], RULES["groups"]
    rule = {"type": "alerting", "health": "ok", "state": "inactive"}
    names = sorted(ALL_ALERTS)
    rules = [rule | {"name": name, "state": "firing" if name == "Watchdog" else "inactive"} for name in names]
    late = {"lastScrape": "2100-01-01T00:00:00Z"}
    return {
        "targets": {
            "activeTargets": [
                {**target, **late, "scrapeInterval": "5s", "scrapeUrl": f"{url}/metrics"} for url in exporters
            ]
        },
        "rules": {"groups": [{**group, "rules": rules}]},
        "alertmanagers": {"activeAlertmanagers": [{"url": f"{prometheus.url}/api/v2/alerts"}]},
        "query": {"resultType": "vector", "result": []},
    }


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yml"
    path.write_text("vips: [{address: 127.0.0.1}]\n")
    return path


def arguments(config: Path, own: str, *more: str) -> list[str]:
    return ["doctor", f"--config.file={config}", f"--url={own}", *more]


def severities(out: str) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for one in json.loads(out)["findings"]:
        told.setdefault(one["severity"], []).append(f"{one['check']}: {one['text']}")
    return told


def test_all_is_well(
    servers: tuple[Answering, Answering, Answering], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0; the article's pair has its two warnings, and the monitoring is fine."""
    own, other, prometheus = servers
    named = (f"--peer={other.url}", f"--prometheus={prometheus.url}", "--json")
    assert main(arguments(config, own.url, *named)) == 0
    told = severities(capsys.readouterr().out)
    assert "error" not in told
    fine = "\n".join(told["ok"])
    for text in (
        f"scraped: Prometheus scrapes the exporter of {platform.node()} every 5 s as cluster article",
        f"scraped: Prometheus scrapes the exporter of {TWO}",
        "alerting rules are loaded, and none fails",
        "alertmanager: Alertmanager",
        "watchdog: ",
        f"peers: The exporter of {TWO} answers",
    ):
        assert text in fine


def test_nothing_answers(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is one finding, and the rest is told; exit code 1."""
    url = f"http://127.0.0.1:{closed_port()}"
    assert main(arguments(config, url, f"--peer={url}", f"--prometheus={url}")) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith(f"{platform.node()}: 3 things wrong")
    assert "WRONG    No exporter answers here" in out
    assert "         systemctl enable --now failover-exporter" in out
    assert "\x1b" not in out


def test_passwords_go_to_those_that_they_are_for(
    servers: tuple[Answering, Answering, Answering],
    config: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One for the exporters, one for Prometheus, none for the Alertmanager; in no text."""
    own, other, prometheus = servers
    for name in ("one", "two"):
        (tmp_path / name).write_text(f"hunter-{name}\n")
    main(
        arguments(
            config, own.url, "--user=a", f"--password-file={tmp_path / 'one'}", f"--peer={other.url}",
            "--prometheus-user=b", f"--prometheus-password-file={tmp_path / 'two'}",
            f"--prometheus={prometheus.url}",
        )
    )  # fmt: skip
    ours = {sent for _, sent in own.asked + other.asked}
    theirs = {sent for path, sent in prometheus.asked if path.startswith("/api")}
    assert len(ours) == len(theirs) == 1
    assert ours.isdisjoint(theirs)
    assert None not in ours | theirs
    assert [sent for path, sent in prometheus.asked if path == "/-/ready"] == [None]
    printed = capsys.readouterr()
    assert "hunter" not in printed.out + printed.err


def test_a_password_file_that_is_not_there(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named, with the system's reason; nothing is asked without it."""
    assert main(arguments(config, "http://127.0.0.1:1", "--user=x", "--password-file=/nonexistent/p")) == 1
    assert capsys.readouterr().err == "/nonexistent/p: No such file or directory\n"


@pytest.mark.parametrize(
    "wrong",
    ["--peer=http://a:hunter2@b:1", "--prometheus=http://a:hunter2@b:1", "--prometheus=mon:9090", "--peer=x"],
)
def test_wrong_usage(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2; a password in a URL is not taken, and not printed."""
    with pytest.raises(SystemExit) as ended:
        main(["doctor", wrong])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert "http(s)://HOST:PORT" in err
    assert "hunter2" not in err


def test_a_prometheus_below_a_path(servers: tuple[Answering, Answering, Answering], config: Path) -> None:
    """As with --web.route-prefix."""
    own, _, prometheus = servers
    prometheus.answers = {f"/prom{path}": answer for path, answer in prometheus.answers.items()}
    main(arguments(config, own.url, f"--prometheus={prometheus.url}/prom/"))
    assert ("/prom/api/v1/alertmanagers", None) in prometheus.asked


def test_the_other_nodes_are_found(servers: tuple[Answering, Answering, Answering]) -> None:
    """By Pacemaker's names without this host's own, then by their addresses, at this exporter's port."""
    assert pages.other_nodes(page(), ONE) == (TWO,)
    assert pages.other_nodes(page(), "another-name") == (TWO,)
    keepalived = "".join(series("failover_holder", 0, resource="v", node=node) for node in (ONE, TWO))
    assert pages.other_nodes(parse(keepalived), ONE) == (TWO,)
    of_corosync = Page(())
    assert pages.other_nodes(of_corosync, ONE) == ()
    own, *_ = servers
    options = DoctorOptions(None, own.url, HttpAccount(), "")
    found = pages.found_peer("127.0.0.2", ["127.0.0.1"], options)
    assert isinstance(found.page, Page)
    assert (found.host, found.url, found.named) == ("127.0.0.2", own.url, False)


def test_a_page_that_is_none(servers: tuple[Answering, Answering, Answering]) -> None:
    """Whatever answers there."""
    own, *_ = servers
    own.answers = {"/metrics": "a{b 3\n"}
    found = pages.read("x", own.url, DoctorOptions(None, own.url, HttpAccount(), ""))
    assert "no page of metrics" in str(found.page)
