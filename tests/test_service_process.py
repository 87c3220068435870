"""The command as systemd runs it: a real process, its sockets passed, its messages heard."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

# As systemd starts a service: descriptors from 3 on, and whom they are for. The shell keeps its pid at exec.
START = 'export LISTEN_PID=$$; exec "$@" 3<&0'
NUMBERS = count()


@dataclass
class Exporter:
    process: "subprocess.Popen[str]"
    port: int
    config: Path
    heard: socket.socket
    log: Path

    def stop(self) -> str:
        """What it wrote until its end."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0
        return self.log.read_text()

    def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # http, from above
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def value(self, series: str) -> float | None:
        """Of a page that nobody has asked for before, so that none of a moment ago serves again."""
        _, page = self.ask(f"/metrics?name[]={series.partition('{')[0]}&name[]=absent_{next(NUMBERS)}")
        found = re.search(rf"^{re.escape(series)} (.+)$", page, re.MULTILINE)
        return float(found[1]) if found else None

    def next(self, start: str) -> str:
        """The next message that begins so."""
        while not (message := self.heard.recv(8192).decode()).startswith(start):
            pass
        return message


def vips(*ports: int, interval: float = 0.1) -> str:
    """Nobody listens on these: each attempt is refused at once."""
    entries = "".join(f"- {{address: 127.0.0.1, port: {port}, interval: {interval}}}\n" for port in ports)
    return f"vips:\n{entries}"


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Exporter]:
    config = tmp_path / "config.yml"
    config.write_text(vips(1))
    web_config = tmp_path / "web.yml"
    web_config.write_text("")
    told = {"LISTEN_FDS": "1", "NOTIFY_SOCKET": f"{tmp_path}/notify", "WATCHDOG_USEC": "2000000"}
    told["PYTHONPROFILEIMPORTTIME"] = "1"  # what is imported is in its log
    command = [sys.executable, "-m", "exporter", f"--config.file={config}", "--web.systemd-socket"]
    command.append(f"--web.config.file={web_config}")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard,
        socket.create_server(("127.0.0.1", 0)) as listening,
        (tmp_path / "log").open("wb") as log,
    ):
        heard.bind(told["NOTIFY_SOCKET"])
        heard.settimeout(20)
        with subprocess.Popen(
            ["/bin/sh", "-c", START, "sh", *command, "--web.enable-lifecycle"],
            stdin=listening.fileno(),
            stderr=log,
            text=True,
            env=os.environ | told,
        ) as process:
            yield Exporter(process, listening.getsockname()[1], config, heard, tmp_path / "log")
            process.kill()


def test_a_service_from_its_start_to_its_end(exporter: Exporter) -> None:
    """Ready, fed, reloaded by signal and over HTTP with its counters kept, broken files refused, stopped."""
    first, second = (f'vip_probe_attempts_total{{port="{port}",vip="127.0.0.1"}}' for port in (1, 2))
    successful = "failover_exporter_config_last_reload_successful"
    assert exporter.next("READY=1") == "READY=1\nSTATUS=serving address, vip\n"
    exporter.next("WATCHDOG=1")
    before = exporter.value(first)
    assert before

    exporter.config.write_text(vips(1, 2, interval=0.5))
    exporter.process.send_signal(signal.SIGHUP)
    assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+\n", exporter.next("RELOADING=1"))
    exporter.next("READY=1")
    assert (exporter.value(first) or 0) >= before

    exporter.config.write_text("vips: 3\n")
    assert exporter.ask("/-/reload", "POST") == (
        500,
        f"failed to reload config: {exporter.config}: line 1: vips: expected a list, "
        "whose entries begin with `- `\n",
    )
    assert "the changed configuration is refused" in exporter.next("READY=1")
    assert exporter.value(successful) == 0
    refused = exporter.value(first)
    assert refused and refused >= before
    assert exporter.value(second)

    exporter.config.write_text(vips(1))
    web_config = exporter.config.with_name("web.yml")
    web_config.write_text("http_server_config: {headers: 3}\n")
    status, refusal = exporter.ask("/-/reload", "POST")
    assert status == 500
    assert f"{web_config}: line 1: http_server_config.headers: expected names and values" in refusal
    assert exporter.value(second)

    web_config.write_text("http_server_config: {headers: {X-Frame-Options: deny}}\n")
    assert exporter.ask("/-/reload", "PUT") == (200, "")
    assert exporter.value(successful) == 1
    assert (exporter.value(first) or 0) >= refused

    log = exporter.stop()
    assert exporter.next("STOPPING=1")
    assert f'msg="listening on 127.0.0.1:{exporter.port}, passed by the service manager"' in log
    assert "Traceback" not in log


def test_what_is_not_used_is_not_loaded(exporter: Exporter, tmp_path: Path) -> None:
    """With every collector on: of what the libraries load besides, 17 MB, nothing before it is needed."""
    (tmp_path / "mysql.cnf").write_text("[client]\nuser = monitor\npassword = secret\n")
    client_file = f"client_file: {tmp_path}/mysql.cnf"
    exporter.config.write_text(
        "pacemaker: {}\ncorosync: {}\n"
        f"haproxy: {{stats: 'unix:{tmp_path}/admin.sock'}}\n"
        f"galera: {{{client_file}, nodes: {{db1: '127.0.0.1:1'}}}}\n"
        f"vips: [{{address: 127.0.0.1, port: 1, {client_file}}}]\n"
        f"journal: {tmp_path}/events.db\n"
    )
    assert exporter.ask("/-/reload", "POST") == (200, "")
    _, page = exporter.ask("/metrics")
    for name in ("pacemaker", "corosync", "haproxy", "galera", "address", "vip", "failover", "readiness"):
        assert f'ha_cluster_scrape_success{{collector="{name}"}}' in page
    before = imported(exporter.log.read_text())
    assert before >= {"aiohttp.web", "lxml.etree", "pymysql.connections", "sqlite3", "structlog.processors"}
    unused = {
        "cryptography.hazmat.primitives",
        "jinja2.environment",
        "requests.sessions",
        "rich.console",
        "urllib3.connection",
    }
    assert before & unused == set()

    assert exporter.ask("/")[0] == 200
    assert "jinja2.environment" in imported(exporter.stop())


def imported(log: str) -> set[str]:
    """Modules that a Python with -X importtime loaded: ``import time:   283 |   1298 |   json.decoder``."""
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", log, re.MULTILINE))
