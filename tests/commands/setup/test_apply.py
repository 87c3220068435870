"""Steps are done in their order, recorded before, undone by the record; one that fails stops no other."""

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.commands.setup import record
from exporter.commands.setup.apply import Machine, apply
from exporter.commands.setup.keepalived import FILES
from exporter.commands.setup.plan import plan, removal
from exporter.commands.setup.rights import KEEPALIVEDS_DROP_IN, OWN_DROP_IN, Record
from exporter.commands.setup.steps import State
from exporter.transports.command import Completed
from tests.commands.setup.cases import CONFIG, FRESH, UIDGID, USER
from tests.commands.setup.test_keepalived import BARE

UIDGID_FILE = "/etc/corosync/uidgid.d/failover-exporter"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="files get root as their owner")
pytestmark = needs_root


class Recording(Machine):
    """A folder as root, and tools that only note what they were told and what was recorded by then."""

    def __init__(self, root: Path):
        self.root = root
        self.told: list[str] = []
        self.recorded: list[Record] = []
        self.fails: dict[str, int] = {}

    def run(self, argv: Sequence[str]) -> Completed:
        self.told.append(" ".join(argv))
        self.recorded.append(self.record())
        return Completed(self.fails.get(argv[0], 0), b"", b"it says no")

    def gid(self, group: str) -> int:
        return {"root": 0, "failover-exporter": 4711}[group]

    def record(self) -> Record:
        return record.read(self.root / record.PATH.lstrip("/"))

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")


@pytest.fixture
def machine(tmp_path: Path) -> Recording:
    return Recording(tmp_path)


def test_what_is_local_is_done(machine: Recording) -> None:
    """Files with their owners and modes, memberships, Corosync told after its file is there."""
    after = apply(plan(FRESH), Record(), machine)
    assert [str(step.state) for step in after] == ["done", "done", "done", "done", "by hand"]
    assert machine.told == [
        "usermod -a -G haclient failover-exporter",
        "corosync-cfgtool -R",
        "usermod -a -G haproxy failover-exporter",
    ]
    config = machine.path(FRESH.config_path).stat()
    assert (stat.S_IMODE(config.st_mode), config.st_uid, config.st_gid) == (0o640, 0, 4711)
    assert machine.path(UIDGID_FILE).read_text() == UIDGID
    assert machine.record() == Record(("haclient", "haproxy"), corosync=True)
    assert not list(machine.root.rglob(".setup-*"))


def test_a_grant_is_recorded_before_it_is_made(machine: Recording) -> None:
    """So a run that is cut off forgets nothing that removal has to take away."""
    apply(plan(FRESH), Record(), machine)
    assert machine.recorded == [
        Record(("haclient",)),
        Record(("haclient",), corosync=True),
        Record(("haclient", "haproxy"), corosync=True),
    ]


def test_what_is_taken_away_leaves_no_record(machine: Recording) -> None:
    apply(plan(FRESH), Record(), machine)
    machine.told.clear()
    user = replace(USER, groups=USER.groups | {"haclient", "haproxy"})
    facts = replace(FRESH, user=user, uidgid={UIDGID_FILE: UIDGID}, record=machine.record())
    after = apply(removal(facts), facts.record, machine)
    assert {step.state for step in after} == {State.DONE}
    assert machine.told == [
        "gpasswd --delete failover-exporter haclient",
        "gpasswd --delete failover-exporter haproxy",
        "corosync-cfgtool -R",
    ]
    assert not machine.path(UIDGID_FILE).exists()
    assert not machine.path(record.PATH).exists()
    assert machine.path(FRESH.config_path).exists()


def test_keepalived_gets_its_files_and_loses_them_again(machine: Recording) -> None:
    """Each once; a record of an earlier version, which knew nothing of it, is read."""
    after = apply(plan(BARE), Record(), machine)
    assert {path: machine.path(path).read_text() for path in FILES} == FILES
    assert machine.told == ["systemctl daemon-reload"] * 2
    assert machine.record() == Record(keepalived=True)
    assert [str(step.state) for step in after] == ["done", "done", "by hand", "done"]
    facts = replace(BARE, drop_ins=FILES, record=machine.record())
    theirs = machine.path(KEEPALIVEDS_DROP_IN).with_name("override.conf")
    theirs.touch()
    apply(removal(facts), facts.record, machine)
    assert not any(machine.path(path).exists() for path in (*FILES, record.PATH))
    assert theirs.exists()
    assert not machine.path(OWN_DROP_IN).parent.exists()
    machine.path(record.PATH).write_text('{"groups": ["haclient"], "corosync": true}')
    assert machine.record() == Record(("haclient",), corosync=True)


def test_one_that_fails_stops_no_other(machine: Recording) -> None:
    """It says what the tool said, and stays in the record, for it may have been done half."""
    machine.fails = {"usermod": 6}
    after = {step.name: step for step in apply(plan(FRESH), Record(), machine)}
    assert after["Pacemaker"].state is State.FAILED
    assert "it says no" in after["Pacemaker"].reason
    assert after["Corosync"].state is State.DONE


def test_a_corosync_that_does_not_run_is_told_when_it_starts(machine: Recording) -> None:
    machine.fails = {"corosync-cfgtool": 1}
    after = {step.name: step for step in apply(plan(FRESH), Record(), machine)}
    assert after["Corosync"].state is State.DONE
    assert "when it starts" in after["Corosync"].reason


def test_a_link_in_the_services_own_folder_leads_nowhere(machine: Recording) -> None:
    """That folder is the service's user's: what it lays there must not make root write elsewhere."""
    victim = machine.root / "victim"
    victim.write_text("untouched")
    link = machine.path(record.PATH)
    link.parent.mkdir(parents=True)
    link.symlink_to(victim)
    with pytest.raises(ValueError, match="can't be read"):
        machine.record()
    machine.write(record.PATH, record.text(Record(("haclient",))), 0o640, "root")
    assert (victim.read_text(), machine.record()) == ("untouched", Record(("haclient",)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"groups": ["--help"], "corosync": false}',
        b'{"groups": ["a"], "corosync": "/etc/passwd"}',
    ],
)
def test_a_record_of_another_form_is_refused(tmp_path: Path, content: bytes) -> None:
    """Its groups become arguments of a command that root runs."""
    path = tmp_path / "setup.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not what setup wrote"):
        record.read(path)


def test_nothing_is_written_into_a_configuration_that_is_there(machine: Recording) -> None:
    apply(plan(replace(FRESH, config_there=True, config=CONFIG)), Record(), machine)
    assert not machine.path(FRESH.config_path).exists()
