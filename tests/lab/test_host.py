"""What a host of the lab may not reach of the machine that it runs on."""

from pathlib import Path

import pytest

from deploy.lab.errors import Missing
from deploy.lab.host import Host
from deploy.lab.preflight import check
from deploy.lab.state import State

pytestmark = pytest.mark.lab

MACHINES = ("/proc/sysrq-trigger", "/proc/sys/kernel/sysrq")  # not on every kernel
NULL = "character special file 1:3"


def test_a_host_can_not_reset_the_machine(tmp_path: Path) -> None:
    """Who panics in a host, or arms a watchdog, writes to nowhere; and reboot(2) ends its own namespace."""
    try:
        check()
    except Missing as missing:
        pytest.skip(str(missing))
    state = State(tmp_path / "lab")
    host = Host("lonely", state)
    # Any file by that name: a machine may have no watchdog.
    watchdog = Path(f"/dev/watchdog-{tmp_path.name}")
    watchdog.touch()
    try:
        with state.locked("test") as lock:
            state.begin("article")
            host.begin(lock, Path("/"))
        host.wait_ready()
        host.run("sh", "-c", f"echo 1 > {watchdog}")
        assert watchdog.read_text() == ""
        for path in (str(watchdog), *(path for path in MACHINES if Path(path).exists())):
            assert host.run("stat", "--format=%F %Hr:%Lr", path).strip() == NULL
        assert Path(f"/proc/{host.pid()}/ns/pid").readlink() != Path("/proc/self/ns/pid").readlink()
    finally:
        host.end()
        watchdog.unlink()
        state.remove()
