"""The image of deploy/container, built by buildah, started as its configuration says, and scraped.

Its base is made here, of this machine's own Debian release: no registry has to be reached. It is started in a
chroot, by buildah; that needs neither cgroups nor a runtime, which not every machine has.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from exporter import VERSION
from tests.deploy.tools import tool

ROOT = Path(__file__).parents[2]
BASE, IMAGE = "localhost/base", "localhost/failover-exporter"
# How this machine's pip reaches its index, if it is told so.
PIP = [Path("/etc/pip.conf"), Path("/etc/ssl/certs")]

pytestmark = [pytest.mark.lab, pytest.mark.release]


class Image:
    def __init__(self, folder: Path, release: str):
        self._buildah = [
            tool("buildah"), f"--root={folder}/root", f"--runroot={folder}/run",
        ]  # fmt: skip
        archive = folder / "base.tar"
        made = [tool("mmdebstrap"), "--variant=minbase", "--include=python3-venv", release, str(archive)]
        subprocess.run(made, check=True, capture_output=True)
        base = self.call("from", "scratch")
        self.call("add", base, str(archive), "/")
        self.call("commit", base, BASE)
        volumes = [f"--volume={one}:{one}:ro" for one in PIP if one.exists()]
        self.call(
            "bud", "--isolation=chroot", "--format=docker", *volumes, f"--build-arg=BASE={BASE}",
            "--file=deploy/container/Containerfile", f"--tag={IMAGE}", ".",
        )  # fmt: skip
        self.config: dict[str, Any] = json.loads(self.call("inspect", "--type=image", IMAGE))["Docker"][
            "config"
        ]
        self.container = self.call("from", IMAGE)

    def call(self, *arguments: str) -> str:
        ran = subprocess.run(
            [*self._buildah, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def command(self, *arguments: str, volume: str | None = None) -> list[str]:
        """What runs these in the container, as its user and with its environment."""
        volumes = [f"--volume={volume}"] if volume else []
        return [*self._buildah, "run", "--isolation=chroot", *volumes, self.container, "--", *arguments]

    def code(self, *arguments: str) -> int:
        return subprocess.run(self.command(*arguments), capture_output=True, check=False).returncode

    def remove(self) -> None:
        self.call("rm", "--all")
        self.call("rmi", "--all", "--force")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    if os.geteuid() != 0:
        pytest.skip("buildah's chroot needs root here")
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    folder = tmp_path_factory.mktemp("image")
    built = Image(folder, release["VERSION_CODENAME"].strip('"'))
    yield built
    built.remove()
    shutil.rmtree(folder)


def test_it_serves_as_its_own_user(image: Image, tmp_path: Path) -> None:
    """Its entry point serves a page without root and without a capability, until SIGTERM."""
    config = tmp_path / "config.yml"
    config.write_text("vips: [{address: 127.0.0.1}]\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    start = image.command(
        *image.config["Entrypoint"],
        f"--web.listen-address={address}",
        volume=f"{config}:/etc/failover-exporter/config.yml:ro",
    )
    with subprocess.Popen(start, stderr=subprocess.PIPE, text=True) as process, ended(process):
        assert process.stderr
        assert any("started, collectors: address" in line for line in process.stderr)
        *_, exporter = psutil.Process(process.pid).children(recursive=True)
        assert set(exporter.uids()) == {10664}
        assert "CapEff:\t0000000000000000\n" in Path(f"/proc/{exporter.pid}/status").read_text()
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
            page = answer.read().decode()
        assert f'version="{VERSION}"' in page
        assert 'vip_bound{vip="127.0.0.1"} 1.0' in page
        healthy = image.config["Healthcheck"]["Test"][1:]
        asked = ["env", f"HEALTH_URL=http://{address}/-/healthy", *healthy]
        assert image.code(*asked) == 0
        exporter.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert image.code(*asked) == 1


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Kill it at the end with all that it started, where it still runs."""
    try:
        yield
    finally:
        if process.poll() is None:
            for one in psutil.Process(process.pid).children(recursive=True):
                one.kill()
            process.kill()


def test_what_the_image_says_of_itself(image: Image) -> None:
    """Which user, port and volume: what an orchestrator reads."""
    assert image.config["User"] == "10664:10664"
    assert list(image.config["ExposedPorts"]) == ["10664/tcp"]
    assert list(image.config["Volumes"]) == ["/var/lib/failover-exporter"]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("failover-exporter --version", 0),
        ("touch /var/lib/failover-exporter/events.db", 0),
        ("test -s /opt/failover-exporter/share/failover-exporter/alerts/rules/5s/vip.yml", 0),
        ("touch /opt/failover-exporter/x", 1),
        ("python -m pip --version", 1),
    ],
)
def test_what_is_in_it(image: Image, script: str, code: int) -> None:
    """The command, the rules, a state folder of its user's; nothing that it could change or install."""
    assert image.code("sh", "-c", script) == code
