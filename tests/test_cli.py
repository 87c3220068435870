"""The command as a user starts it: what serves in a process of its own, what only prints in this one."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from exporter.cli import main

COMMAND = [sys.executable, "-m", "exporter"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yml"
    path.write_text("vips: [{address: 127.0.0.1}]\n")
    return path


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)


class Here:
    """Runs the command in this process, which costs a hundredth of starting one."""

    def __init__(self, capsys: pytest.CaptureFixture[str]):
        self._capsys = capsys

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        try:
            code = main(arguments)
        except SystemExit as ended:  # argparse's way
            code = int(str(ended.code))
        printed = self._capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, printed.out, printed.err)


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(capsys)


@pytest.fixture
def serving(config: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The exporter on a port that the kernel gave, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    arguments = [f"--config.file={config}", f"--web.listen-address={address}"]
    with subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if "started" in line:
                break
        yield process, address
        process.kill()


def test_version_and_help() -> None:
    """--version and --help print to stdout and end well."""
    assert re.fullmatch(r"failover-exporter \d+\.\d+\.\d+ \(Python 3\.\d+\.\d+\)\n", run("--version").stdout)
    assert "--web.listen-address" in run("--help").stdout


def test_check_config(here: Here, config: Path) -> None:
    """A good file is called so with what it turns on; a bad one ends with 1 and every mistake on stderr."""
    checked = here("--check-config", f"--config.file={config}")
    assert (checked.returncode, checked.stdout) == (
        0,
        f"{config}: no mistakes; it turns on the collectors address\n",
    )
    config.write_text("vips: [{adress: 127.0.0.1}]\npacemaker: 3\n")
    checked = here("--check-config", f"--config.file={config}")
    assert checked.returncode == 1
    assert checked.stderr.splitlines() == [
        f"{config}: line 1: vips[0].adress: unknown key, did you mean address?",
        f"{config}: line 2: pacemaker: expected keys and values, for a start `pacemaker: {{}}`",
    ]


def test_a_missing_configuration_says_what_to_do(here: Here, tmp_path: Path) -> None:
    """Every command says it in the same words."""
    absent = tmp_path / "absent.yml"
    for arguments in ([], ["--check-config"], ["events"]):
        ran = here(f"--config.file={absent}", *arguments)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == (
            f"{absent}: can't be read: No such file or directory; name another with --config.file; "
            "`failover-exporter setup` prints one\n"
        )


def test_check_config_reads_the_web_configuration(here: Here, config: Path, tmp_path: Path) -> None:
    """Its mistakes stand beside those of the configuration; its certificate has to be usable."""
    config.write_text("vips: 3\n")
    web_config = tmp_path / "web.yml"
    web_config.write_text("basic_auth_users: {joe: s3cret}\n")
    arguments = ("--check-config", f"--config.file={config}", f"--web.config.file={web_config}")
    checked = here(*arguments)
    assert checked.returncode == 1
    assert "config.yml: line 1: vips: expected a list" in checked.stderr
    assert "web.yml: line 1: basic_auth_users: the password of joe is no bcrypt hash" in checked.stderr
    config.write_text("vips: [{address: 127.0.0.1}]\n")
    web_config.write_text("tls_server_config: {cert_file: absent.pem, key_file: absent.pem}\n")
    checked = here(*arguments)
    assert checked.returncode == 1
    assert checked.stderr == "TLS: absent.pem can't be used: No such file or directory\n"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    web_config.write_text("tls_server_config: {cert_file: both.pem, key_file: both.pem}\n")
    checked = here(*arguments)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.splitlines()[1] == f"{web_config}: no mistakes, and its files can be used"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--web.listen-address=10664"], "is not [HOST]:PORT, as in :10664"),
        (["--web.telemetry-path=metrics"], "is not a path, as in /metrics"),
        (["--log.level=loud"], "invalid choice: 'loud'"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
        (["--web.listen-adress=:1"], "did you mean --web.listen-address?"),
        (["--web.listen-adress", ":1"], "--web.listen-adress; did you mean --web.listen-address?"),
        (
            ["events", "--sincee=7d"],
            "events: error: unrecognized arguments: --sincee=7d; did you mean --since?",
        ),
        (["--sincee=7d"], "unrecognized arguments: --sincee=7d\n"),
        (["--since=7d"], "--since=7d; it is a flag of events, after that word"),
        (["watch", "10.0.0.1", "--since=7d"], "--since=7d; it is a flag of events\n"),
        (["events", "--log.levle=debug"], "unrecognized arguments: --log.levle=debug\n"),
        (["events", "--log.level=debug"], "--log.level=debug; it stands before events"),
        (["--web.max-requests=-1"], "'-1' is not a number from 0 on"),
        (["evnets"], "did you mean events?"),
    ],
)
def test_wrong_usage_ends_with_2(here: Here, arguments: list[str], said: str) -> None:
    """A flag that can't be used is named, with what it should look like."""
    ran = here(*arguments)
    assert (ran.returncode, said in ran.stderr) == (2, True), ran.stderr


def test_it_serves_and_ends_on_sigterm(serving: tuple["subprocess.Popen[str]", str]) -> None:
    """The page is there once it says so; SIGTERM ends it with 0."""
    process, address = serving
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        page = answer.read().decode()
    assert 'vip_bound{vip="127.0.0.1"} 1.0' in page
    assert "failover_exporter_build_info{" in page
    assert "process_resident_memory_bytes" in page
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_a_port_that_is_taken_is_named(serving: tuple["subprocess.Popen[str]", str], config: Path) -> None:
    """A second exporter on the same port ends with 1 and says which port and why."""
    _, address = serving
    ran = run(f"--config.file={config}", f"--web.listen-address={address}")
    assert ran.returncode == 1
    assert f"can't listen on {address}" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_without_passed_sockets_it_says_what_is_missing(config: Path) -> None:
    """--web.systemd-socket of a service that was started by hand; no address is listened on instead."""
    ran = run(f"--config.file={config}", "--web.systemd-socket", "--web.listen-address=127.0.0.1:0")
    assert ran.returncode == 1
    assert "--web.systemd-socket: no socket activation file descriptors found: is failover-exp" in ran.stderr
    assert "listening on" not in ran.stderr


def test_json_logs(config: Path) -> None:
    """--log.format=json writes one JSON object a line."""
    ran = run(f"--config.file={config}", "--web.listen-address=192.0.2.1:1", "--log.format=json")
    assert ran.returncode == 1
    assert re.search(
        r'^\{.*"level": "error".*"msg": "can\'t listen on 192\.0\.2\.1:1', ran.stderr, re.MULTILINE
    )
