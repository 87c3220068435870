"""`up` ended by SIGKILL at any moment: `down` finds everything by what was written down."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.lab.errors import Missing
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.monitoring import pages
from deploy.lab.preflight import check
from deploy.lab.waiting import until

pytestmark = pytest.mark.lab

PROGRAM = Path(__file__).parents[2] / "deploy/lab/lab"


def begun(lab: Lab) -> bool:
    return len(lab.state.outers()) >= 2


def made(lab: Lab) -> bool:
    """Every host lives, most without anything on it."""
    return lab.state.topology() is not None and all(host.alive() for host in lab.fleet.everything)


def running(lab: Lab) -> bool:
    return made(lab) and all(host.daemon("corosync") for host in lab.fleet.balancers)


def watched(lab: Lab) -> bool:
    """The pages of Prometheus and Alertmanager are open on this machine's loopback."""
    return running(lab) and lab.fleet.monitor is not None and bool(lab.fleet.monitor.daemon(pages.DAEMON))


@pytest.mark.parametrize("moment", [begun, made, running, watched])
def test_down_after_an_up_that_was_killed(tmp_path: Path, moment: Callable[[Lab], bool]) -> None:
    """No process of any host is left, and with them no namespace, interface or mount; nor the records."""
    try:
        check()
    except Missing as missing:
        pytest.skip(str(missing))
    lab = Lab(tmp_path / "lab")
    with subprocess.Popen([PROGRAM, "--folder", lab.state.folder, "up"], start_new_session=True) as up:
        try:
            until(moment.__name__, lambda: moment(lab), 60, step=0.005)
        finally:
            os.killpg(up.pid, signal.SIGKILL)
    networks = {network(host) for name in lab.state.outers() for host in [Host(name, lab.state)]}
    lab.down()
    assert not lab.state.folder.exists()
    assert networks - {None}
    assert not [one for one in Path("/proc").glob("[0-9]*") if link(one / "ns/net") in networks - {None}]


def network(host: Host) -> str | None:
    """The host's network namespace; None before it has one."""
    init = host.init()
    return link(Path(f"/proc/{init.pid}/ns/net")) if init else None


def link(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except OSError:
        return None
