"""From what is seen on a host to what is to be done there, case by case."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from exporter.commands.setup import acl, config_file
from exporter.commands.setup.facts import Facts
from exporter.commands.setup.plan import plan, removal
from exporter.commands.setup.rights import Acl, Record, User
from exporter.commands.setup.steps import State, Step, WriteFile
from exporter.config import Config
from exporter.watchers.prober.options import Vip
from tests.commands.setup.cases import ACCOUNTS, CONFIG, FRESH, SOCKET, UIDGID, USER

MEMBER = User(990, frozenset({"failover-exporter", "haclient", "haproxy"}))
DONE = replace(
    FRESH,
    config_there=True,
    user=MEMBER,
    uidgid={"/etc/corosync/uidgid.d/failover-exporter": UIDGID},
    accounts_there=ACCOUNTS,
)


def states(steps: Sequence[Step]) -> dict[str, str]:
    return {step.name: str(step.state) for step in steps}


def one(facts: Facts, name: str) -> Step:
    return next(step for step in plan(facts) if step.name == name)


def test_a_fresh_balancer() -> None:
    """Each thing once, with the command that a person could type."""
    steps = plan(FRESH)
    assert states(steps) == {
        "configuration": "to do",
        "Pacemaker": "to do",
        "Corosync": "to do",
        "HAProxy's socket": "to do",
        "accounts": "by hand",
    }
    _, pacemaker, corosync, haproxy, accounts = (step.commands() for step in steps)
    assert pacemaker == ["usermod -a -G haclient failover-exporter"]
    assert corosync == [
        "install -m 644 -g root /dev/stdin /etc/corosync/uidgid.d/failover-exporter <<'END'\n"
        + UIDGID
        + "END",
        "corosync-cfgtool -R",
    ]
    assert haproxy == ["usermod -a -G haproxy failover-exporter"]
    assert accounts[0] == "CREATE USER exporter@'%' IDENTIFIED BY 'PASSWORD-OF-EXPORTER';"
    assert "PASSWORD-OF-PROBE" in accounts[-1]


def test_asked_again_everything_is_there() -> None:
    """No step has anything to do, and none prints a command."""
    assert set(states(plan(DONE)).values()) == {"done"}
    assert [step.commands() for step in plan(DONE)] == [[]] * 5


def test_rights_can_be_left_out() -> None:
    assert list(states(plan(FRESH, rights=False))) == ["configuration", "accounts"]


def test_a_vantage_point_needs_no_right() -> None:
    """What is not watched needs none; a host that shows nothing gets an example."""
    vips = Config(vips=(Vip("10.0.0.100", 3306),))
    assert states(plan(replace(FRESH, config=vips, config_there=True, socket=None))) == {
        "configuration": "done"
    }
    (step,) = plan(replace(FRESH, config=None, socket=None))
    assert step.state is State.BY_HAND
    assert "vips: [{address:" in step.reason


def test_a_configuration_that_would_lack_its_addresses_is_not_written() -> None:
    """Before Pacemaker answers: the file would freeze what is missing. Rights are granted all the same."""
    facts = replace(FRESH, config_complete=False, config_missing=("Pacemaker can't be asked",))
    step = one(facts, "configuration")
    assert (step.state, list(step.actions)) == (State.UNKNOWN, [])
    assert "Pacemaker can't be asked" in step.reason
    assert one(facts, "Pacemaker").state is State.TO_DO


def test_its_own_file_is_completed_once_the_accounts_are_there() -> None:
    """Unchanged since setup wrote it, it is setup's: what waited for an account is no comment any more."""
    waiting = config_file.text(CONFIG, frozenset())
    facts = replace(FRESH, config_there=True, config_written=waiting)
    assert one(facts, "configuration").state is State.DONE
    step = one(replace(facts, accounts_there=ACCOUNTS), "configuration")
    (action,) = step.actions
    assert isinstance(action, WriteFile)
    assert (step.state, action.text) == (State.TO_DO, config_file.text(CONFIG, ACCOUNTS))
    assert config_file.is_own(waiting, CONFIG, ACCOUNTS)
    assert not config_file.is_own(waiting + "# mine\n", CONFIG, ACCOUNTS)


def test_without_the_user_no_right_can_be_granted() -> None:
    steps = plan(replace(FRESH, user=None))
    assert states(steps)["rights"] == "unknown"
    assert "useradd" in next(step.reason for step in steps if step.name == "rights")


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Acl(enabled=False, granted=False), None),
        (Acl(enabled=True, granted=True), State.DONE),
        (Acl(enabled=True, granted=False), State.BY_HAND),
        (None, State.BY_HAND),
    ],
)
def test_an_acl_is_printed_and_never_applied(seen: Acl | None, state: State | None) -> None:
    """It holds for the whole cluster. The group is needed all the same."""
    steps = {step.name: step for step in plan(replace(FRESH, acl=seen))}
    assert steps["Pacemaker"].state is State.TO_DO
    step = steps.get("Pacemaker's ACLs")
    assert (step and step.state) == state
    if step and step.state is State.BY_HAND:
        assert (step.actions, step.commands()) == ((), [acl.GRANT])


def test_what_a_group_without_acls_may_is_said() -> None:
    """Nobody is made a member of haclient without being told that it may write."""
    assert "may change the cluster" in one(FRESH, "Pacemaker").reason
    enabled = replace(FRESH, acl=Acl(enabled=True, granted=False))
    assert "may change" not in one(enabled, "Pacemaker").reason


@pytest.mark.parametrize("line", ["uid: 990", "uid:990", "\tuid: failover-exporter"])
def test_another_file_of_corosync_may_name_the_user(line: str) -> None:
    facts = replace(FRESH, uidgid={"/etc/corosync/uidgid.d/monitoring": f"uidgid {{\n{line}\n}}\n"})
    assert one(facts, "Corosync").state is State.DONE


@pytest.mark.parametrize("line", ["uid: 9901", "gid: 990", "# uid: 990"])
def test_a_file_that_names_another_is_not_taken_for_it(line: str) -> None:
    facts = replace(FRESH, uidgid={"/etc/corosync/uidgid.d/monitoring": f"uidgid {{\n{line}\n}}\n"})
    assert one(facts, "Corosync").state is State.TO_DO


@pytest.mark.parametrize(
    ("mode", "group", "user", "state"),
    [
        (0o660, "haproxy", USER, State.TO_DO),
        (0o660, "haproxy", MEMBER, State.DONE),
        (0o666, "root", USER, State.DONE),
        (0o606, "haproxy", MEMBER, State.BY_HAND),  # of the classes the group's counts, and it lets nobody in
        (0o600, "haproxy", USER, State.BY_HAND),
        (0o755, "haproxy", USER, State.BY_HAND),  # without `mode`: to connect is to write
        (0o660, "root", USER, State.BY_HAND),  # never a member of root's group
    ],
)
def test_the_socket_says_who_may_use_it(mode: int, group: str, user: User, state: State) -> None:
    facts = replace(FRESH, user=user, socket=replace(SOCKET, mode=mode, group=group))
    step = one(facts, "HAProxy's socket")
    assert step.state is state
    if state is State.BY_HAND:
        assert "mode 660 group haproxy level user" in step.by_hand[0]
        assert not step.actions


def test_a_folder_above_the_socket_may_be_in_the_way() -> None:
    step = one(replace(FRESH, socket=replace(SOCKET, blocked="/run/haproxy")), "HAProxy's socket")
    assert (step.state, step.by_hand) == (State.BY_HAND, ["chmod o+x /run/haproxy"])


def test_only_what_was_granted_is_taken_away() -> None:
    """A membership that was there before stays, as does the configuration."""
    facts = replace(DONE, record=Record(("haclient",), corosync=True))
    assert [step.commands() for step in removal(facts)] == [
        ["gpasswd --delete failover-exporter haclient"],
        ["rm -f /etc/corosync/uidgid.d/failover-exporter", "corosync-cfgtool -R"],
    ]
    (step,) = removal(DONE)
    assert (step.state, step.commands()) == (State.DONE, [])


def test_what_is_gone_already_is_only_forgotten() -> None:
    facts = replace(FRESH, record=Record(("haclient",), corosync=True))
    assert [step.commands() for step in removal(facts)] == [[], []]
    assert states(removal(replace(facts, user=None))) == {"group haclient": "to do", "Corosync": "to do"}


def test_a_file_that_somebody_changed_is_left_to_them() -> None:
    changed = {"/etc/corosync/uidgid.d/failover-exporter": UIDGID + "uidgid {\n    uid: 5\n}\n"}
    (step,) = removal(replace(DONE, uidgid=changed, record=Record(corosync=True)))
    assert (step.state, step.actions) == (State.BY_HAND, ())


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (b'<nvpair id="e" name="enable-acl" value="TRUE"/>', Acl(enabled=True, granted=False)),
        (b'<nvpair id="e" name="enable-acl" value="false"/>', Acl(enabled=False, granted=False)),
        (
            b'<xpath-query><nvpair name="enable-acl" value="1"/>'
            b'<acl_target id="failover-exporter"/></xpath-query>',
            Acl(enabled=True, granted=True),
        ),
    ],
)
def test_what_cibadmin_says_of_acls(output: bytes, expected: Acl) -> None:
    assert acl.parse(output) == expected
