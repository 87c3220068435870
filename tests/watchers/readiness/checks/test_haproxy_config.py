"""The real HAProxy's own check, of configurations that people write."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from exporter.errors import NotPermitted, TimedOut, Unreachable
from exporter.sources.haproxy.configuration.files import Host
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.haproxy_config import HaproxyConfig
from exporter.watchers.readiness.checks.haproxy_files import HaproxyFiles
from exporter.watchers.readiness.metrics import Checked
from tests.watchers.readiness.checks.known import CONFIG, SOON

needs_haproxy = pytest.mark.skipif(not shutil.which("haproxy"), reason="needs the package haproxy")


def ask(text: str, folder: Path, program: str = "haproxy", deadline: Deadline = SOON) -> Checked:
    file = folder / "haproxy.cfg"
    file.write_text(text)
    known = Known(files=HaproxyFiles((str(file),)))
    return HaproxyConfig(program, Host()).ask(known, deadline)


@needs_haproxy
def test_well_and_broken(tmp_path: Path) -> None:
    """A slip of the pen is HAProxy's own sentence, with file and line."""
    assert ask(CONFIG, tmp_path) == Checked("haproxy_config")
    (failure,) = ask(CONFIG.replace("    server", "    sever"), tmp_path).failures
    assert failure.startswith(f"parsing [{tmp_path}/haproxy.cfg:10] : unknown keyword 'sever' in 'backend'")


@needs_haproxy
def test_a_file_that_is_gone_and_one_that_starts_nothing(tmp_path: Path) -> None:
    """HAProxy would not start either."""
    nowhere = Known(files=HaproxyFiles((str(tmp_path / "nowhere.cfg"),)))
    assert "nowhere.cfg" in HaproxyConfig("haproxy", Host()).ask(nowhere, SOON).failures[0]
    assert ask("global\n    maxconn 10\n", tmp_path).failures


@needs_haproxy
def test_variables_of_the_service(tmp_path: Path) -> None:
    """They are HAProxy's, of its unit and its files, and not this program's."""
    file = tmp_path / "haproxy.cfg"
    file.write_text(CONFIG.replace("10.0.0.21:3306", '"${DB}:3306"'))
    check = HaproxyConfig("haproxy", Host())
    assert not check.ask(Known(files=HaproxyFiles((str(file),), {"DB": "10.0.0.21"})), SOON).failures


def script(folder: Path, text: str) -> str:
    path = folder / "haproxy"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_what_can_not_be_asked_is_no_answer(tmp_path: Path) -> None:
    """A missing program, one that hangs, one that is killed, one without the right: never a broken file."""
    with pytest.raises(Unreachable, match="not installed"):
        ask(CONFIG, tmp_path, "/nowhere/haproxy")
    with pytest.raises(TimedOut):
        ask(CONFIG, tmp_path, script(tmp_path, "exec sleep 60"), Deadline.after(0.2))
    with pytest.raises(Unreachable, match="signal 9"):
        ask(CONFIG, tmp_path, script(tmp_path, "kill -9 $$"))
    denied = (
        "echo '[ALERT]    (1) : Could not open configuration file /x.cfg : Permission denied' >&2; exit 1"
    )
    with pytest.raises(NotPermitted, match=r"/x\.cfg : Permission denied"):
        ask(CONFIG, tmp_path, script(tmp_path, denied))


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder that every user passes; those of pytest are root's alone."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which gives up its rights")
@needs_haproxy
def test_an_ordinary_user_can_ask(passable: Path) -> None:
    """`user`, `group`, `chroot`, a stats socket in a closed folder: none of it is touched by -c."""
    text = f"""\
global
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
    stats socket {passable}/closed/admin.sock mode 660 level admin
    pidfile /run/haproxy.pid
    log /dev/log local0
    maxconn 100000
{CONFIG}"""
    (passable / "closed").mkdir(mode=0o700)
    program = script(passable, 'exec setpriv --reuid=65534 --regid=65534 --clear-groups haproxy "$@"')
    assert ask(text, passable, program) == Checked("haproxy_config")
