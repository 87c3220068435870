"""What a host under Keepalived needs, from its drop-ins and its dump."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from deploy.lab.standin.unit import parse
from exporter.commands.setup.facts import Facts
from exporter.commands.setup.keepalived import FILES
from exporter.commands.setup.plan import plan, removal
from exporter.commands.setup.rights import KEEPALIVEDS_DROP_IN, OWN_DROP_IN, Dump, Record
from exporter.commands.setup.steps import State, Step
from exporter.config import Config
from exporter.sources.keepalived.source import FOLDER
from exporter.sources.keepalived.source import Options as KeepalivedOptions
from tests.commands.setup.cases import FRESH

RESTART = "systemctl restart keepalived   # first on the host that does not hold the address: it moves it"
UMASK = "# in keepalived.conf, section global_defs: `umask 0137`"
UNSET = Dump("/tmp/keepalived.json", 0o600, "root")  # noqa: S108  # Keepalived's own place
SET = Dump(f"{FOLDER}/keepalived.json", 0o640, "failover-exporter")
BARE = replace(
    FRESH,
    config=Config(keepalived=KeepalivedOptions()),
    config_there=True,
    socket=None,
    uidgid={},
    dump=UNSET,
)
DONE = replace(BARE, drop_ins=FILES, dump=SET)


def shown(facts: Facts) -> dict[str, tuple[str, Sequence[str]]]:
    return {step.name: (str(step.state), step.commands()) for step in plan(facts)}


def one(facts: Facts, name: str) -> Step:
    return next(step for step in plan(facts) if step.name == name)


def test_a_fresh_host() -> None:
    """Two files that are laid down; what moves the address, or is in Keepalived's configuration, by hand."""
    steps = shown(BARE)
    assert {name: state for name, (state, _) in steps.items()} == {
        "configuration": "done",
        "Keepalived's folder": "to do",
        "Keepalived's files": "by hand",
        "Keepalived": "to do",
    }
    assert steps["Keepalived's files"][1] == [UMASK, RESTART]
    for name, path in (("Keepalived's folder", KEEPALIVEDS_DROP_IN), ("Keepalived", OWN_DROP_IN)):
        write, reload = steps[name][1]
        assert write.startswith(f"install -m 644 -g root /dev/stdin {path} <<'END'\n")
        assert reload == "systemctl daemon-reload"


def test_the_drop_ins_say_what_keepalived_and_the_service_need() -> None:
    """Keepalived starts though the exporter's group is gone; the service gets one capability more."""
    keepalived, own = (parse(FILES[path]) for path in (KEEPALIVEDS_DROP_IN, OWN_DROP_IN))
    assert keepalived.words("Environment") == [f"TMPDIR={FOLDER}"]
    before = keepalived.one("ExecStartPre")
    assert before.startswith("-")
    assert before.endswith(f" --mode=2750 --group=failover-exporter {FOLDER}")
    assert own.words("AmbientCapabilities") == own.words("CapabilityBoundingSet") == ["CAP_KILL"]


def test_asked_again_everything_is_there() -> None:
    assert {state for state, _ in shown(DONE).values()} == {"done"}
    assert [commands for _, commands in shown(DONE).values()] == [[], [], []]


def test_what_is_left_after_the_files_were_laid_down() -> None:
    """Until Keepalived was started anew: only that, where its umask is right already."""
    steps = shown(replace(BARE, drop_ins=FILES))
    assert [state for state, _ in steps.values()] == ["done", "done", "by hand", "done"]
    assert steps["Keepalived's files"][1] == [UMASK, RESTART]
    open_ = replace(BARE, drop_ins=FILES, dump=replace(UNSET, mode=0o640))
    assert shown(open_)["Keepalived's files"][1] == [RESTART]


def test_a_keepalived_that_does_not_answer_is_not_judged() -> None:
    step = one(replace(BARE, dump=None), "Keepalived's files")
    assert (step.state, step.commands()) == (State.BY_HAND, [UMASK, RESTART])
    assert "not known" in step.reason


@pytest.mark.parametrize(
    ("dump", "state"),
    [
        (SET, State.DONE),
        (replace(SET, mode=0o600), State.BY_HAND),
        (replace(SET, group="root"), State.BY_HAND),
        (replace(SET, group="root", mode=0o644), State.DONE),
        (replace(SET, blocked=FOLDER), State.BY_HAND),
    ],
)
def test_a_dump_says_who_may_read_it(dump: Dump, state: State) -> None:
    assert one(replace(DONE, dump=dump), "Keepalived's files").state is state


def test_a_folder_of_the_administrators_own_is_taken_as_it_is() -> None:
    """Where the configuration names it, and Keepalived writes there, nothing is laid beside its unit."""
    config = Config(keepalived=KeepalivedOptions(folder="/run/own"))
    facts = replace(BARE, config=config, dump=replace(SET, path="/run/own/keepalived.json"))
    assert list(shown(facts)) == ["configuration", "Keepalived's files", "Keepalived"]
    assert "Keepalived's folder" not in shown(replace(facts, dump=UNSET))


def test_another_drop_in_may_give_the_right_to_signal() -> None:
    other = {"/etc/systemd/system/failover-exporter.service.d/override.conf": FILES[OWN_DROP_IN]}
    assert one(replace(BARE, drop_ins=other), "Keepalived").state is State.DONE
    bounded = dict.fromkeys(
        other, "[Service]\nCapabilityBoundingSet=CAP_KILL\n#AmbientCapabilities=CAP_KILL\n"
    )
    assert one(replace(BARE, drop_ins=bounded), "Keepalived").state is State.TO_DO


def test_without_the_user_no_right_can_be_granted() -> None:
    assert one(replace(BARE, user=None), "rights").state is State.UNKNOWN


def test_only_what_was_granted_is_taken_away() -> None:
    (step,) = removal(replace(DONE, record=Record(keepalived=True)))
    removed = [
        f"rm -f {path}; rmdir --ignore-fail-on-non-empty {path.rpartition('/')[0]}"
        for path in (KEEPALIVEDS_DROP_IN, OWN_DROP_IN)
    ]
    assert step.commands() == [*removed, "systemctl daemon-reload"]
    assert step.takes_back and step.takes_back.keepalived
    (gone,) = removal(replace(BARE, record=Record(keepalived=True)))
    assert gone.commands() == []
    assert removal(DONE)[0].commands() == []


def test_a_file_that_somebody_changed_is_left_to_them() -> None:
    changed = {**FILES, OWN_DROP_IN: FILES[OWN_DROP_IN] + "Nice=5\n"}
    (step,) = removal(replace(DONE, drop_ins=changed, record=Record(keepalived=True)))
    assert (step.state, step.actions) == (State.BY_HAND, ())
    assert OWN_DROP_IN in step.reason
