"""Ansible as a process: its inventory, its output, what its recap says."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.errors import LabError, Overdue
from deploy.lab.host import ENVIRONMENT, REPOSITORY, Host

ANSIBLE = REPOSITORY / "deploy/ansible"
PLAYBOOK = ANSIBLE / "example/playbook.yml"
PATIENCE = 300.0  # seconds for a run
RECAP = re.compile(r"^(\S+)\s+: (ok=\d+ .*)$", re.MULTILINE)

Recap = Mapping[str, Mapping[str, int]]  # host to what happened there: ok, changed, failed…


def recap(output: str) -> Recap:
    """From lines as ``mon    : ok=9    changed=0    unreachable=0    failed=0 …`` below PLAY RECAP."""
    lines = RECAP.findall(output.rpartition("\nPLAY RECAP ")[2])
    return {host: {key: int(n) for key, n in re.findall(r"(\w+)=(\d+)", counts)} for host, counts in lines}


def inventory(
    balancers: Sequence[Host], vantage: Host, deb: Path, passwords: Mapping[str, str]
) -> dict[str, object]:
    """The example's groups with the lab's hosts; the vantage point has Prometheus too."""
    everywhere = {
        "ansible_connection": "lab_host",
        "ansible_user": "root",
        "ansible_python_interpreter": "/usr/bin/python3",
        "failover_exporter_package_file": str(deb),
        **{f"vault_{user}_password": password for user, password in passwords.items()},
    }
    groups = {
        "balancers": {"hosts": {host.name: _host(host) for host in balancers}},
        "vantage_points": {"hosts": {vantage.name: _host(vantage)}},
        "prometheus": {"hosts": {vantage.name: {"failover_exporter_service": True}}},
    }
    return {"all": {"vars": everywhere, "children": groups}}


def _host(host: Host) -> dict[str, object]:
    given = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    return {"lab_host_enter": [*host.enter(), "env", "--ignore-environment", "--chdir=/", *given]}


@dataclass
class Playbook:
    program: Path  # ansible-playbook
    folder: Path  # its own, for its inventory and what it keeps
    said: list[str] = field(default_factory=list)  # by each run, all of it

    def write(self, hosts: Mapping[str, object]) -> None:
        path = self._inventory()
        path.touch(mode=0o600)
        path.write_text(json.dumps(hosts))

    def run(self, *options: str) -> Recap:
        """With all that Ansible can say; LabError with its end unless every host went well."""
        options = ("-vvv", "--diff", f"--inventory={self._inventory()}", *options)
        try:
            done = subprocess.run(
                [self.program, *options, PLAYBOOK],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Overdue(f"ansible-playbook did not end within {PATIENCE:g} s") from None
        self.said.append(done.stdout)
        if done.returncode:
            raise LabError(f"ansible-playbook ended with {done.returncode}:\n{done.stdout[-6000:]}")
        return recap(done.stdout)

    def _inventory(self) -> Path:
        return self.folder / "inventory.json"

    def _environment(self) -> dict[str, str]:
        return ENVIRONMENT | {
            "HOME": str(self.folder),
            "ANSIBLE_HOME": str(self.folder),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_ROLES_PATH": str(ANSIBLE / "roles"),
            "ANSIBLE_CONNECTION_PLUGINS": str(ANSIBLE / "trial/connection"),
        }
