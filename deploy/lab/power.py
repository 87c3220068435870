"""A host without power: from outside nothing is left of it, though its namespaces stay."""

import signal

from deploy.lab import network
from deploy.lab.errors import LabError
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.waiting import until

# What lies in memory; its folders stay, as whoever starts something finds them there (see host-init.sh).
VOLATILE = ("/run", "/tmp", "/dev/shm")  # noqa: S108 - the host's own
FILES = ("-ignore_readdir_race", "-xdev", "-not", "-type", "d", "-not", "-path", "/run/lab/ready")


def off(fleet: Fleet, host: Host) -> int:
    """Its links first, so that no peer is notified of its end; gives how many processes ended."""
    network.cut_power(fleet.switch, fleet.place(host.name))
    ended = cut(host)
    network.forget(host, fleet.topology.vips)
    return ended


def cut(host: Host) -> int:
    """Ends every process but the two that keep the namespaces; gives how many that were."""
    ended: set[int] = set()

    def dark() -> bool:
        left = [process for process in host.processes() if process.pid not in (1, _sleeper(host))]
        ended.update(process.pid for process in left)
        host.signal("KILL", left)
        return not left

    def emptied() -> bool:
        """It may be ended too: by the hardware watchdog of SBD, which cuts the power of the same host."""
        found = host.exec(["find", *VOLATILE, *FILES, "-delete"])
        if found.returncode not in (0, -signal.SIGKILL):
            raise LabError(f"{host.name}: what lies in memory stays: {found.stderr}")
        return found.returncode == 0

    until(f"the processes of {host.name} to end", dark, 10, step=0.02)
    until(f"the memory of {host.name} to be empty", emptied, 10, step=0.02)
    return len(ended)


def is_on(host: Host) -> bool:
    return any(process.pid not in (1, _sleeper(host)) for process in host.processes())


def _sleeper(host: Host) -> int:
    """What pid 1 waits for."""
    return int(host.path("/proc/1/task/1/children").read_text().split()[0])
