"""Doubles of Corosync's tools: small scripts that print captured outputs and note that they were run.

The real ones are run on the lab's cluster, see tests/lab.
"""

import shlex
from pathlib import Path

from exporter.sources.corosync.source import Options
from tests.sources.corosync.captures import Outputs


class ToolDoubles:
    def __init__(self, folder: Path):
        self._folder = folder
        self.options = Options(
            cfgtool_path=str(folder / "corosync-cfgtool"),
            quorumtool_path=str(folder / "corosync-quorumtool"),
            cmapctl_path=str(folder / "corosync-cmapctl"),
        )

    def show(self, outputs: Outputs) -> None:
        """Answer with these outputs from now on; without statistics `-m` is no option, as in Corosync 2."""
        self.answer("cfgtool", outputs.cfgtool)
        self.answer("quorumtool", outputs.quorumtool)
        self.answer("cmapctl", outputs.config)
        self.answer("cmapctl -m", outputs.stats or b"", code=0 if outputs.stats else 1)

    def answer(self, tool: str, stdout: bytes, stderr: str = "", code: int = 0) -> None:
        """Let `tool` (or `cmapctl -m`) print this and end."""
        printed = self._folder / f"{tool.replace(' ', '')}.stdout"
        printed.write_bytes(stdout)
        self.command(tool, f"cat {printed}; printf %s {shlex.quote(stderr)} >&2; exit {code}")

    def command(self, tool: str, command: str) -> None:
        """Let `tool` run this shell command."""
        name = tool.partition(" ")[0]
        (self._folder / f"{tool.replace(' ', '')}.command").write_text(command)
        script = self._folder / f"corosync-{name}"
        script.write_text(
            f"#!/bin/sh\ncase $1 in -m) part=-m;; esac\n"
            f'echo "{name}$part" >> {self._folder}/runs\n. {self._folder}/{name}$part.command\n'
        )
        script.chmod(0o755)

    def runs(self) -> list[str]:
        """Which tools were run since this was asked last, sorted: two of them run at once."""
        noted = self._folder / "runs"
        lines = noted.read_text().split() if noted.exists() else []
        noted.unlink(missing_ok=True)
        return sorted(lines)
