"""Asks Pacemaker's scheduler: the CIB from cibadmin, edited, through crm_simulate.

25 ms of CPU each time on 2.1.5 (57 with 104 resources). The CIB holds the resources' parameters, passwords
among them: crm_simulate gets it in memory, and while it runs keeps a copy that only this user can read, in
the folder that CIB_shadow_dir names. Up to Pacemaker 2.0.5 it tells no XML: it writes there what would become
of the CIB, and crm_mon reads that.
"""

import tempfile
from collections.abc import Mapping, Sequence

from exporter.errors import Unreachable
from exporter.sources.pacemaker.parse import crm_mon, crm_simulate
from exporter.transports import command
from exporter.transports.deadline import Deadline

_CIBADMIN = ("--query", "--local")
_SIMULATE = ("--xml-pipe", "--simulate", "--output-as=xml")
_NO_XML = b"Unknown option --output-as"  # with exit code 0
_SAVE = ("--xml-pipe", "--simulate", "--quiet", "--save-output")
_SHOW = ("--one-shot", "--inactive", "--output-as=xml")


class Simulator:
    def __init__(self, cibadmin_path: str, crm_simulate_path: str, crm_mon_path: str):
        self._cibadmin_path, self._crm_simulate_path = cibadmin_path, crm_simulate_path
        self._crm_mon_path = crm_mon_path

    def cib(self, deadline: Deadline) -> bytes:
        """The whole CIB as this host has it. Raises SourceError."""
        done = command.run((self._cibadmin_path, *_CIBADMIN), deadline)
        if done.returncode:
            raise crm_mon.refusal(done.returncode, done.complaint())
        return done.stdout

    def placement(self, cib: bytes, deadline: Deadline) -> Mapping[str, tuple[str, ...]]:
        """By the resource's id the nodes that would run it. Raises SourceError."""
        with tempfile.TemporaryDirectory(prefix="failover-exporter-") as folder:
            environment = {"CIB_shadow_dir": folder}
            done = _run((self._crm_simulate_path, *_SIMULATE), deadline, environment, cib)
            if _NO_XML not in done.stderr:
                return crm_simulate.placement(done.stdout)
            after = f"{folder}/after.xml"
            _run((self._crm_simulate_path, *_SAVE, after), deadline, environment, cib)
            shown = _run((self._crm_mon_path, *_SHOW), deadline, {"CIB_file": after})
            return crm_simulate.placement(shown.stdout, "resources")


def _run(
    argv: Sequence[str], deadline: Deadline, environment: Mapping[str, str], stdin: bytes = b""
) -> command.Completed:
    done = command.run(argv, deadline, environment, stdin=stdin)
    if done.returncode:
        raise Unreachable(f"{argv[0]}: {done.complaint()}")
    return done
