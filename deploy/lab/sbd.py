"""SBD on a balancer: it ends the node that finds a message (the poison pill) in its place on the shared disk.

The disk and the watchdogs are sbd_hardware.py.
"""

from pathlib import Path

from deploy.lab.host import Host
from deploy.lab.waiting import until

DAEMON = "sbd"
DISK = "/var/lib/sbd-disk"  # in each balancer
WATCHDOG = "/var/lib/sbd-watchdog"
PIDFILE = "/run/sbd.pid"  # where Pacemaker looks
SETTINGS = "/etc/default/sbd"
NEWER_AGENT = "/usr/sbin/fence_sbd"
START = 20.0  # seconds
# -T: a pipe can't be told how long to be patient.
ENVIRONMENT = f"""\
SBD_DEVICE={DISK}
SBD_WATCHDOG_DEV={WATCHDOG}
SBD_PACEMAKER=yes
SBD_STARTMODE=always
SBD_DELAY_START=no
SBD_OPTS=-T
"""
# As its unit does, but for the right to call reboot(2): that would end the host's namespaces, not its power.
WATCH = f"set -a; . {SETTINGS}; exec setpriv --bounding-set=-sys_boot {DAEMON} $SBD_OPTS -p {PIDFILE} watch"


def with_agent(cib: str, host: Host) -> str:
    """As that host's Pacemaker can have it: 3 knows no agents of cluster-glue any more, and releases with it
    have SBD's agent as a package of its own."""
    if not host.path(NEWER_AGENT).exists():
        return cib
    return cib.replace("stonith:external/sbd params", f"stonith:fence_sbd params devices={DISK}")


def configure(host: Host, device: Path) -> None:
    host.run("ln", "--symbolic", str(device), DISK)
    host.write(SETTINGS, ENVIRONMENT)


def create(host: Host) -> None:
    """Makes the disk ready, with a place for each node that comes."""
    host.run(DAEMON, "-d", DISK, "create")


def start(host: Host) -> None:
    """Where it is configured: returns once it watches its own place. Before Pacemaker."""
    if configured(host) and not runs(host):
        host.run("sh", "-c", WATCH, timeout=START)


def stop(host: Host) -> None:
    """In order: it disarms the watchdog."""
    if runs(host):
        host.run("kill", "-TERM", host.path(PIDFILE).read_text().strip())
        until(f"{DAEMON} on {host.name} to stop", lambda: not runs(host), 10, abort=host.abort)


def configured(host: Host) -> bool:
    return host.path(WATCHDOG).exists()


def runs(host: Host) -> bool:
    return host.path(PIDFILE).exists() and bool(host.named(DAEMON))
