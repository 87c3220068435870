"""`up` ended by SIGKILL at any moment: `down` finds everything by what was written down."""

import contextlib
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
from deploy.lab.preflight import check_for
from deploy.lab.topologies import TOPOLOGIES
from deploy.lab.waiting import until

pytestmark = pytest.mark.lab

PROGRAM = Path(__file__).parents[2] / "deploy/lab/lab"


def begun(lab: Lab) -> bool:
    return bool(networks(lab))


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
    lab = killed(tmp_path / "lab", "article", moment)
    there = networks(lab)
    assert there
    lab.down()
    assert not lab.state.folder.exists()
    assert not [one for one in Path("/proc").glob("[0-9]*") if network(one.name) in there]


def sharing(lab: Lab) -> bool:
    """The balancers have a disk together."""
    return bool(loops(lab))


def test_down_after_an_up_with_a_shared_disk(tmp_path: Path) -> None:
    """No loop device is left, though sbd had it open."""
    lab = killed(tmp_path / "lab", "sbd", sharing)
    assert loops(lab)
    lab.down()
    until("the loop device to be released", lambda: not loops(lab), 5)


def killed(folder: Path, topology: str, moment: Callable[[Lab], bool]) -> Lab:
    """A lab whose `up` was ended then."""
    try:
        check_for(TOPOLOGIES[topology])
    except Missing as missing:
        pytest.skip(str(missing))
    lab = Lab(folder)
    command = [str(PROGRAM), "--folder", str(folder), "up", topology]
    with subprocess.Popen(command, start_new_session=True) as up:
        try:
            until(moment.__name__, lambda: moment(lab), 60, step=0.005)
        finally:
            os.killpg(up.pid, signal.SIGKILL)
    return lab


def loops(lab: Lab) -> list[Path]:
    """By the kernel's list: the devices that have a file of this lab, deleted or not."""
    found = []
    for file in Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):  # released meanwhile
            if file.read_text().startswith(f"{lab.state.folder}/"):
                found.append(file)
    return found


def networks(lab: Lab) -> set[str]:
    """The hosts' network namespaces, as far as they have one of their own."""
    firsts = [Host(name, lab.state).init() for name in lab.state.outers()]
    found = {network(str(one.pid)) for one in firsts if one}
    return {one for one in found if one is not None} - {network("self")}


def network(pid: str) -> str | None:
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return None
