"""A real pair of Keepalived whose tracked process is killed: prints what was promised, and what it took.

Runs in a mount namespace of its own. Each Keepalived enters a network namespace (`net_namespace`) after it
has asked the kernel for news of processes: one that was started in it the kernel refuses.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from exporter.errors import Unparsable
from exporter.sources.keepalived.parse.data_dump import parse_data
from exporter.sources.keepalived.parse.json_dump import parse_json
from exporter.sources.keepalived.reading import BACKUP, MASTER, KeepalivedReading, Running
from exporter.watchers.readiness.expected.formulas import DETECTION, HAPROXY_CRASH
from exporter.watchers.readiness.expected.vrrp import promises

RUN = Path("/run")
PATIENCE = 30.0  # seconds
STARTED = "Startup complete"
NO_EVENTS = "Failed to set/clear process event listen"
# `alone` is lowered by a weight, and followed after preempt_delay; of the sync group `other` alone tracks.
CONF = """\
net_namespace {name}
global_defs {{
    umask 0137
}}
vrrp_track_process weighing {{
    process haproxy-{name}
    weight -60
    terminate_delay 0.3
}}
vrrp_track_process giving-up {{
    process haproxy-{name}
    weight 0
}}
vrrp_sync_group both {{
    group {{
        one
        other
    }}
}}
"""
INSTANCE = """\
vrrp_instance {instance} {{
    state BACKUP
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    {more}
    unicast_src_ip {own}
    unicast_peer {{
        {peer}
    }}
    virtual_ipaddress {{
        10.4.0.{vrid}/24 dev eth0
    }}
}}
"""
INSTANCES = {
    "alone": "version 3\nadvert_int 0.5\npreempt_delay 1.5\ntrack_process {\nweighing\n}",
    "one": "advert_int 1",
    "other": "advert_int 1\ntrack_process {\ngiving-up\n}",
}
UNITS = {"alone": ("alone",), "both": ("one", "other")}
PAIR = {"a": ("10.4.0.11", 150), "b": ("10.4.0.12", 100)}


def run(*commands: str) -> None:
    for command in commands:
        subprocess.run(command.split(), check=True)


def networks() -> None:
    run("mount --make-rprivate /", "mount -t tmpfs run /run")
    for name in PAIR:
        run(f"ip netns add {name}")
    run("ip link add eth0 netns a type veth peer name eth0 netns b")
    for name, (address, _) in PAIR.items():
        run(f"ip -n {name} link set lo up", f"ip -n {name} link set eth0 up")
        run(f"ip -n {name} address add {address}/24 dev eth0")


def config(name: str) -> str:
    (own, priority), (peer, _) = PAIR[name], PAIR["b" if name == "a" else "a"]
    texts = [
        INSTANCE.format(instance=one, vrid=51 + number, priority=priority, more=more, own=own, peer=peer)
        for number, (one, more) in enumerate(INSTANCES.items())
    ]
    return CONF.format(name=name) + "".join(texts)


class Keepalived:
    def __init__(self, name: str):
        self.folder = RUN / f"of-{name}"
        self.folder.mkdir()
        conf = RUN / f"{name}.conf"
        conf.write_text(config(name))
        conf.chmod(0o600)
        files = ["--use-file", str(conf), "--pid", f"/run/{name}.pid", "--vrrp_pid", f"/run/{name}-vrrp.pid"]
        argv = ["keepalived", "--dont-fork", "--log-console", "--log-detail", "--no-syslog", *files]
        self.log = RUN / f"{name}.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                argv, env={**os.environ, "TMPDIR": str(self.folder)}, stdout=log, stderr=log
            )

    def reading(self) -> KeepalivedReading | None:
        """None until it has written its dumps, whole. A signal before it has started would end it."""
        if STARTED not in self.log.read_text():
            return None
        tool = ["keepalived", "--signum=JSON"]
        self._process.send_signal(int(subprocess.run(tool, check=True, capture_output=True).stdout))
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(0.1)
        try:
            instances = parse_json((self.folder / "keepalived.json").read_bytes())
            details = parse_data((self.folder / "keepalived.data").read_bytes())
        except (OSError, Unparsable):
            return None
        return KeepalivedReading(Running(self._process.pid, ()), instances, details)

    def until(self, state: int) -> KeepalivedReading:
        """All of its instances are in it."""
        found: list[KeepalivedReading] = []

        def reached() -> bool:
            seen = self.reading()
            found[:] = [seen] if seen else []
            return seen is not None and all(one.state == state for one in seen.instances)

        until(reached)
        return found[0]

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(20)


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError
        time.sleep(0.1)


def haproxy(name: str) -> "subprocess.Popen[bytes]":
    """Something of that name."""
    program = RUN / f"haproxy-{name}"
    shutil.copy(shutil.which("sleep") or "", program)
    return subprocess.Popen([program, "120"])


def main() -> None:
    networks()
    balancers = {name: haproxy(name) for name in PAIR}
    keepalived = {name: Keepalived(name) for name in PAIR}
    try:
        keepalived["a"].until(MASTER)
        if NO_EVENTS in keepalived["a"].log.read_text():
            sys.stderr.write(NO_EVENTS)
            sys.exit(1)
        before = keepalived["b"].until(BACKUP)
        balancers["a"].kill()
        killed = time.time()
        after = keepalived["b"].until(MASTER)
    finally:
        for one in keepalived.values():
            one.end()
        for process in balancers.values():
            process.kill()
            process.wait(20)
    sys.stdout.write(json.dumps({"promised": promised(before), "took": took(after, killed)}))


def promised(reading: KeepalivedReading) -> dict[str, float | None]:
    """Of what moves together."""
    found = {}
    for unit, names in UNITS.items():
        instances = tuple(one for one in reading.instances if one.name in names)
        of = KeepalivedReading(reading.running, instances, reading.details)
        (found[unit],) = (
            one.seconds for one in promises(of, ()) if (one.fault, one.phase) == (HAPROXY_CRASH, DETECTION)
        )
    return found


def took(reading: KeepalivedReading, since: float) -> dict[str, float]:
    at = {one.name: one.last_transition - since for one in reading.instances}
    return {unit: max(at[name] for name in names) for unit, names in UNITS.items()}


if __name__ == "__main__":
    main()
