"""The digest of a configuration, which a person can repeat."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from exporter.errors import SourceError, TimedOut
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.digests import COROSYNC_CONF, CorosyncDigest, HaproxyDigest, digest
from exporter.watchers.readiness.checks.haproxy_files import HaproxyFiles, find
from tests.watchers.readiness.checks.known import CFG, CONFIG, SOON, host

MORE = "/etc/haproxy/conf.d/10-more.cfg"


def test_as_sha256sum_prints_it(tmp_path: Path) -> None:
    """Of one file its own digest, of several that of all, one behind the other."""
    root = host(tmp_path, {CFG: CONFIG, MORE: "# more\n", COROSYNC_CONF: "totem {\n}\n"})
    one = HaproxyDigest(root).ask(Known(files=HaproxyFiles((CFG,))), SOON)
    done = subprocess.run(["/usr/bin/sha256sum", tmp_path / CFG.lstrip("/")], capture_output=True, check=True)
    assert (one.file, one.sha256) == ("haproxy.cfg", done.stdout.split()[0].decode())
    both = HaproxyDigest(root).ask(Known(files=HaproxyFiles((CFG, MORE))), SOON)
    assert both.sha256 == hashlib.sha256((CONFIG + "# more\n").encode()).hexdigest()
    assert CorosyncDigest(root).ask(Known(), SOON).file == "corosync.conf"


def test_what_can_not_be_read_has_none(tmp_path: Path) -> None:
    """Not that of an empty file; and a deadline counts between two parts of a large one."""
    root = host(tmp_path, {CFG: CONFIG})
    with pytest.raises(SourceError, match=r"corosync\.conf can't be read"):
        CorosyncDigest(root).ask(Known(), SOON)
    with pytest.raises(TimedOut):
        digest(tmp_path, [CFG], Deadline(0.0))


def test_which_files(tmp_path: Path) -> None:
    """What Pacemaker's agent is told comes first, a folder with its files; else those of the service."""
    root = host(tmp_path, {CFG: CONFIG, MORE: "", "/etc/default/haproxy": "DB=10.0.0.21\n"})
    assert find(root, ()) == HaproxyFiles((CFG,), {"DB": "10.0.0.21"})
    assert find(root, ("/etc/haproxy/conf.d",)).paths == (MORE,)
    assert find(root, ("/etc/haproxy/gone.cfg",)).paths == ("/etc/haproxy/gone.cfg",)
