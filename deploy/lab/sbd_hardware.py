"""What SBD needs of hardware: a disk that the balancers share, and a watchdog in each of them.

Both are in one process outside of all hosts, which is recorded as they are, so that `down` ends it
(`python -m deploy.lab.sbd_hardware FOLDER`):

- the disk, a loop device that goes with those who have it open (loop.py);
- each watchdog, a pipe that the balancer's sbd writes to: where that falls silent, or ends without having
  said so, the power is cut. So it is of a node that found its message: its sbd ends and leaves the watchdog
  armed.
"""

import os
import select
import sys
import threading
from pathlib import Path

from deploy.lab import loop, power, sbd
from deploy.lab.fleet import Fleet
from deploy.lab.host import REPOSITORY, Host, begin_recorded
from deploy.lab.state import State
from deploy.lab.topologies import TOPOLOGIES
from deploy.lab.waiting import until

RECORD = "sbd-hardware"
SIZE = 8 << 20  # bytes
PATIENCE = 5.0  # seconds without a word: sbd's own, which it writes on the disk
DISARMED = b"V"
START = 15.0  # seconds


def begin(fleet: Fleet, lock: int) -> None:
    """Starts the process; `lock` stays held until it has recorded itself. The balancers are set up."""
    for host in fleet.balancers:
        host.run("mkfifo", "--mode=600", sbd.WATCHDOG)
    log = fleet.state.host_file(f"{RECORD}.log")
    unit = [sys.executable, "-m", "deploy.lab.sbd_hardware", str(fleet.state.folder)]
    begin_recorded(fleet.state.host_file(RECORD), log, lock, unit, PYTHONPATH=str(REPOSITORY))
    until("the shared disk", _name(fleet.state).exists, START, log=log.read_text, abort=fleet.abort)
    for host in fleet.balancers:
        sbd.configure(host, disk(fleet))
    sbd.create(fleet.balancers[0])


def disk(fleet: Fleet) -> Path:
    """The device, on this machine and in its hosts."""
    return Path(_name(fleet.state).read_text())


def _name(state: State) -> Path:
    return state.host_file(f"{RECORD}.device")


def _guard(fleet: Fleet, host: Host) -> None:
    """One watchdog: armed while somebody has it open."""
    while True:
        pipe = os.open(host.path(sbd.WATCHDOG), os.O_RDONLY)
        if not disarmed(pipe):
            power.off(fleet, host)
        os.close(pipe)


def disarmed(pipe: int, patience: float = PATIENCE) -> bool:
    """Returns when nobody writes any more: whether that was said before."""
    last = b""
    while select.select([pipe], [], [], patience)[0]:
        written = os.read(pipe, 64)
        if not written:
            return last == DISARMED
        last = written[-1:]
    return False


def main(folder: Path) -> None:
    state = State(folder)
    fleet = Fleet(TOPOLOGIES[state.topology() or ""], state)
    image = state.host_file(f"{RECORD}.image")
    with image.open("wb") as file:
        file.truncate(SIZE)
    device, _held = loop.attach(image)
    guards = [threading.Thread(target=_guard, args=(fleet, host)) for host in fleet.balancers]
    for guard in guards:
        guard.start()
    fresh = _name(state).with_suffix(".new")
    fresh.write_text(str(device))
    fresh.replace(_name(state))
    for guard in guards:
        guard.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
