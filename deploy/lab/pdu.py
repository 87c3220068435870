"""The fencing device on the network: a power distribution unit that cuts off a balancer's power, or a switch
that closes its port.

It runs in the network of a host of its own, and outside of all hosts: from there it can end another one. It
is recorded as hosts are, and `down` ends it. `python -m deploy.lab.pdu FOLDER` is the unit itself.
"""

import socketserver
import sys
from pathlib import Path

from deploy.lab import network, power
from deploy.lab.fencing import AGENTS, Way
from deploy.lab.fleet import Fleet
from deploy.lab.host import HERE, REPOSITORY, Host, begin_recorded
from deploy.lab.state import State
from deploy.lab.topologies import TOPOLOGIES
from deploy.lab.waiting import until

RECORD = "pdu-unit"
PORT = 7000
START = 15.0  # seconds


def begin(fleet: Fleet, pdu: Host, way: Way, lock: int) -> None:
    """Starts the unit; `lock` stays held until it has recorded itself. The balancers get its fence agent."""
    (agent,) = AGENTS[way]
    for host in fleet.balancers:
        host.write(f"/usr/sbin/{agent}", (HERE / "agents" / agent).read_bytes(), 0o755)
    log = fleet.state.host_file(f"{RECORD}.log")
    inside = ["nsenter", f"--net=/proc/{pdu.pid()}/ns/net"]
    unit = [sys.executable, "-m", "deploy.lab.pdu", str(fleet.state.folder)]
    begin_recorded(fleet.state.host_file(RECORD), log, lock, [*inside, *unit], PYTHONPATH=str(REPOSITORY))
    ask = ["socat", "-T", "3", "STDIO", f"TCP:127.0.0.1:{PORT}"]

    def answers() -> bool:
        return pdu.exec(ask, 5, stdin="list\n").stdout.startswith(fleet.balancers[0].name)

    until("the power distribution unit", answers, START, log=log.read_text, abort=fleet.abort)


def answer(fleet: Fleet, request: str) -> str:
    """`list`; of its power `status HOST`, `off HOST`; of its port `port HOST`, `open HOST`, `close HOST`."""
    verb, _, name = request.strip().partition(" ")
    plugs = {host.name: host for host in fleet.balancers}
    if verb == "list":
        return "\n".join(f"{plug},{plug}" for plug in plugs)
    if name not in plugs:
        return "unknown"
    if verb == "status":
        return "on" if power.is_on(plugs[name]) else "off"
    if verb == "port":
        return "open" if network.is_plugged(fleet.switch, fleet.place(name)) else "closed"
    if verb not in ("off", "open", "close"):
        return "unknown"
    if verb == "off":
        power.off(fleet, plugs[name])
    else:
        (network.plug_again if verb == "open" else network.unplug)(fleet.switch, fleet.place(name))
    return "done"


class _Unit(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, fleet: Fleet):
        super().__init__(("", PORT), _Request)
        self.fleet = fleet


class _Request(socketserver.StreamRequestHandler):
    server: _Unit

    def handle(self) -> None:
        said = answer(self.server.fleet, self.rfile.readline().decode())
        self.wfile.write(f"{said}\n".encode())


if __name__ == "__main__":
    state = State(Path(sys.argv[1]))
    _Unit(Fleet(TOPOLOGIES[state.topology() or ""], state)).serve_forever()
