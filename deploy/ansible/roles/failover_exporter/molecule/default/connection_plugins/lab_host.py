"""A connection plugin of Ansible: before each command stands one that enters a host of the lab."""

import subprocess
from pathlib import Path

# Ansible has an environment of its own, and no types.
from ansible.errors import AnsibleConnectionFailure  # type: ignore[import-not-found]
from ansible.plugins.connection import ConnectionBase  # type: ignore[import-not-found]

from deploy.lab.errors import LabError
from deploy.lab.host import ENVIRONMENT, Host
from deploy.lab.state import State

DOCUMENTATION = """
name: lab_host
short_description: Runs commands on a host of the lab
description: It enters the host's namespaces. The lab's own modules say how, PYTHONPATH has the repository.
options:
  folder:
    description: That of the lab, as in C(lab --folder).
    type: path
    required: true
    vars:
      - name: lab_folder
  host:
    description: The host's name in the lab.
    required: true
    vars:
      - name: inventory_hostname
      - name: lab_host_name
extends_documentation_fragment:
  - connection_pipelining
"""
READ, WRITE = 'cat <"$0"', 'cat >"$0"'


class Connection(ConnectionBase):  # type: ignore[misc]
    transport = "lab_host"
    has_pipelining = True

    def _connect(self) -> "Connection":
        self._connected = True
        return self

    def exec_command(
        self, cmd: str, in_data: bytes | None = None, sudoable: bool = True
    ) -> tuple[int, bytes, bytes]:
        """Exit code, standard output, standard error of a line for the host's shell."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        return self._run(in_data or b"", cmd)

    def put_file(self, in_path: str, out_path: str) -> None:
        super().put_file(in_path, out_path)
        self._must(Path(in_path).read_bytes(), WRITE, out_path)

    def fetch_file(self, in_path: str, out_path: str) -> None:
        super().fetch_file(in_path, out_path)
        Path(out_path).write_bytes(self._must(b"", READ, in_path))

    def close(self) -> None:
        self._connected = False

    def _run(self, stdin: bytes, *line: str) -> tuple[int, bytes, bytes]:
        host = Host(self.get_option("host"), State(Path(self.get_option("folder"))))
        try:
            argv = [*host.enter(), "sh", "-c", *line]
        except LabError as error:
            raise AnsibleConnectionFailure(str(error)) from None
        done = subprocess.run(argv, input=stdin, capture_output=True, env=ENVIRONMENT, cwd="/", check=False)
        return done.returncode, done.stdout, done.stderr

    def _must(self, stdin: bytes, *line: str) -> bytes:
        code, out, err = self._run(stdin, *line)
        if code:
            raise AnsibleConnectionFailure(err.decode(errors="replace"))
        return out
