"""Run on a host, by the Python of the exporter's package: Corosync read in both ways.

corosync_ways.py compare     once each, as JSON: what both read, or what both said
corosync_ways.py life        a Corosync of this host alone, started, stopped, killed, frozen and reloaded: one
                             line of JSON for each step; as root, and where no Corosync runs
"""

# ruff: noqa: S607  # the tools are found in the PATH, as people run them
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.errors import SourceError
from exporter.sources.corosync import source as source_module
from exporter.sources.corosync.source import CorosyncSource, Options
from exporter.transports.deadline import Deadline

MOVES = re.compile(r"latency=(?:Latency\([^)]*\)|None)")  # from one reading to the next
TOOLS = Options("/usr/sbin/corosync-cfgtool", "/usr/sbin/corosync-quorumtool", "/usr/sbin/corosync-cmapctl")
CONFIG = Path("/etc/corosync/corosync.conf")
ALONE = """\
totem {{
    version: 2
    cluster_name: alone
    token: {token}
}}
nodelist {{
    node {{
        nodeid: 1
        {name}
        ring0_addr: 127.0.0.1
    }}
    node {{
        nodeid: 2
        ring0_addr: 127.0.0.2
    }}
}}
quorum {{
    provider: corosync_votequorum
    two_node: 1
    wait_for_all: 0
}}
system {{
    move_to_root_cgroup: no
}}
logging {{
    to_stderr: no
    to_syslog: no
}}
"""


def read(source: CorosyncSource, seconds: float = 5.0) -> str:
    try:
        return MOVES.sub("", repr(source.read(Deadline.after(seconds))))
    except SourceError as error:
        return f"{error.reason}: {error}"


def _say(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")


def compare() -> None:
    """`libraries` is whether they were used to the end."""
    ours, tools = CorosyncSource(Options()), CorosyncSource(TOOLS)
    found = {"ours": read(ours), "tools": read(tools), "libraries": ours._tools_until == float("-inf")}
    ours.close()
    _say(found)


@contextmanager
def corosync(token: int, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text(ALONE.format(token=token, name=name))
    with subprocess.Popen(["corosync", "-f"]) as process:
        asking = ["corosync-cmapctl", "-g", "nodelist.local_node_pos"]
        try:
            while subprocess.run(asking, check=False, capture_output=True).returncode:
                time.sleep(0.05)
            yield process
        finally:
            process.kill()


def step(name: str, source: CorosyncSource, seconds: float = 5.0) -> None:
    began = time.monotonic()
    text = read(source, seconds)
    _say({"step": name, "read": text, "seconds": time.monotonic() - began})


def life() -> None:
    source, tools = CorosyncSource(Options()), CorosyncSource(TOOLS)
    step("before", source)
    # Frozen for longer than four fifths of its token time it would count that, rightly, from then on.
    with corosync(8000, "name: one") as first:
        step("started", source)
        step("by its tools", tools)
        first.send_signal(signal.SIGSTOP)
        os.waitpid(first.pid, os.WUNTRACED)  # until the last of its threads stands still
        step("frozen", source, 0.5)
        step("frozen, asked again", source, 0.5)
        first.send_signal(signal.SIGCONT)
        step("goes on", source)
        CONFIG.write_text(ALONE.format(token=3000, name="name: one"))
        subprocess.run(["corosync-cfgtool", "-R"], check=True, capture_output=True)
        source_module._LAYOUT_SECONDS = 0.0
        step("reloaded", source)
        source_module._LAYOUT_SECONDS = 60.0
    step("killed", source)
    with corosync(4000, "") as second:
        step("another, without a name", source)
        step("by its tools, without a name", tools)
        second.terminate()
        second.wait()
    with corosync(5000, "name: three"):
        step("another between two readings", source)
        child = source._libraries._tool._process if source._libraries else None
        os.kill(child.pid if child else 0, signal.SIGKILL)
        step("its program killed", source)
        source.close()
        step("closed", source)
        patience = time.monotonic() + 5
        while (
            shared() and time.monotonic() < patience
        ):  # Corosync takes away what it shared with that program
            time.sleep(0.05)
        _say({"left": shared()})


def shared() -> list[str]:
    """What there is of connections to a Corosync, which may be taking it away just now."""
    folders = os.walk("/dev/shm")  # noqa: S108  # where libqb has it
    return sorted(name for folder, _, names in folders if "/qb-" in folder for name in names)


if __name__ == "__main__":
    {"compare": compare, "life": life}[sys.argv[1]]()
