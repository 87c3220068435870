"""A network of this process's own, and addresses in it that are rejected or dropped for a time."""

import ctypes
import os
import subprocess
from collections.abc import Sequence

from deploy.lab.errors import LabError

CLONE_NEWNET = 0x40000000  # unshare(2); Python has it from 3.12 on
TABLE = "inet folab_short"
RULESET = f"""\
table {TABLE} {{
  set rejected {{ type ipv4_addr; flags timeout; }}
  set dropped {{ type ipv4_addr; flags timeout; }}
  chain output {{
    type filter hook output priority 0; policy accept
    ip daddr @rejected meta l4proto tcp reject with tcp reset
    ip daddr @dropped drop
  }}
}}
"""


def enter() -> None:
    """From now on this process and its children have a loopback interface alone. It ends with them."""
    if os.geteuid() != 0:
        raise LabError("a network of its own needs root")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise LabError(f"no network of its own: {os.strerror(ctypes.get_errno())}")
    _run("ip", "link", "set", "lo", "up")
    _run("nft", "--file", "-", stdin=RULESET)


def stop(how: str, addresses: Sequence[str], seconds: float) -> None:
    """All at the same moment, `how` is one of the sets. Begins it: the kernel ends it."""
    timed = ", ".join(f"{address} timeout {seconds * 1000:.0f}ms" for address in addresses)
    _run("nft", "add", "element", *TABLE.split(), how, f"{{ {timed} }}")


def _run(*command: str, stdin: str = "") -> None:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip()}")
