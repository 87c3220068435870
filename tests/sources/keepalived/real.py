"""Runs in namespaces of its own: starts a Keepalived there, reads it in several ways, prints what it saw."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from exporter.errors import SourceError
from exporter.sources.keepalived.source import KeepalivedSource, Options
from exporter.transports.deadline import Deadline

STATE = Path("/run/state")
GROUP, USER = 65534, 65534  # nogroup, nobody
CONF = """\
global_defs {
    script_user root
    enable_script_security
    umask 0137
}
vrrp_script haproxy {
    script "/bin/true"
    interval 1
}
vrrp_instance entrance {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress {
        10.4.0.100/24 dev eth0
    }
    track_script {
        haproxy
    }
}
"""


def run(*commands: str) -> None:
    for command in commands:
        subprocess.run(command.split(), check=True)


def start() -> "subprocess.Popen[bytes]":
    run("mount -t tmpfs run /run", "mount -t proc proc /proc", "ip link set lo up")
    run("ip link add eth0 type veth peer name eth1", "ip link set eth1 up", "ip link set eth0 up")
    run("ip address add 10.4.0.11/24 dev eth0")
    STATE.mkdir()
    os.chown(STATE, 0, GROUP)
    STATE.chmod(0o2750)
    conf = Path("/run/keepalived.conf")
    conf.write_text(CONF)
    conf.chmod(0o600)
    argv = ["keepalived", "--dont-fork", "--log-console", "--no-syslog", "--use-file", str(conf)]
    with Path("/run/log").open("wb") as log:
        return subprocess.Popen(argv, env={**os.environ, "TMPDIR": str(STATE)}, stdout=log, stderr=log)


def name(folder: str = str(STATE)) -> str:
    """Of the instance that is read, or the error."""
    try:
        reading = KeepalivedSource(Options(folder=folder)).read(Deadline.after(5))
    except SourceError as error:
        return f"{type(error).__name__}: {error}"
    return reading.instances[0].name if reading.instances else "none"


def until_read() -> None:
    while name() != "entrance":
        time.sleep(0.02)


def as_user(group: int) -> str:
    """What name() says in a process of a user without any right."""
    end, begin = os.pipe()
    if os.fork() == 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(USER)
        os.write(begin, name().encode())
        os._exit(0)
    os.wait()
    return os.read(end, 4096).decode()


def main() -> None:
    keepalived = start()
    until_read()
    source = KeepalivedSource(Options(folder=str(STATE)))
    before = Path("/run/log").read_text().count("Printing VRRP")
    reading = source.read(Deadline.after(5))
    source.read(Deadline.after(5))
    story: dict[str, object] = {
        "ok": [
            reading.instances[0].name,
            reading.addresses,
            [(one.name, one.good) for one in reading.details.scripts] if reading.details else None,
        ],
        "dumps": Path("/run/log").read_text().count("Printing VRRP") - before,
        "young": as_user(GROUP),
        "closed": as_user(GROUP - 1),
    }
    for path in STATE.iterdir():
        os.utime(path, (0, 0))
    story["denied"] = as_user(GROUP)
    story["elsewhere"] = name("/run/elsewhere")
    keepalived.send_signal(signal.SIGSTOP)
    os.waitpid(keepalived.pid, os.WUNTRACED)  # until it stands still
    story["frozen"] = name()
    keepalived.send_signal(signal.SIGCONT)
    keepalived.terminate()
    keepalived.wait(20)
    story["stopped"] = source.read(Deadline.after(5)).running
    sys.stdout.write(json.dumps(story))


if __name__ == "__main__":
    main()
