"""Keepalived: what lets the service ask for its dumps and read them, as two drop-ins for systemd.

It takes another TMPDIR, and reads its configuration's `umask`, when it is started anew: on the host that
holds the address that moves it, so a person says when. Asks nobody.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from exporter.commands.setup.facts import Facts
from exporter.commands.setup.rights import KEEPALIVEDS_DROP_IN, OWN_DROP_IN, USER, User
from exporter.commands.setup.steps import (
    DUMPS,
    PLACE,
    SIGNALS,
    Action,
    Grant,
    RemoveFile,
    Run,
    State,
    Step,
    WriteFile,
)
from exporter.sources.keepalived.source import FOLDER, Options

# The `-`: a group that is gone, as with the package, must not keep Keepalived from starting. No
# RuntimeDirectory: systemd 252 gives that to root's group again after each ExecStartPre.
_FOLDERS = f"""\
# By `failover-exporter setup`: a folder for Keepalived's dumps, which group {USER} may enter
[Service]
Environment=TMPDIR={FOLDER}
ExecStartPre=-/usr/bin/install --directory --mode=2750 --group={USER} {FOLDER}
"""
_SIGNALLING = """\
# By `failover-exporter setup`: the right to send Keepalived the signal at which it writes its dumps
[Service]
AmbientCapabilities=CAP_KILL
CapabilityBoundingSet=CAP_KILL
"""
FILES: Mapping[str, str] = {KEEPALIVEDS_DROP_IN: _FOLDERS, OWN_DROP_IN: _SIGNALLING}
_RELOAD = Run(("systemctl", "daemon-reload"), "systemd, which could not be told, reads it when it starts")
_UMASK = "# in keepalived.conf, section global_defs: `umask 0137`"
_RESTART = "systemctl restart keepalived   # first on the host that does not hold the address: it moves it"


def steps(facts: Facts, options: Options, user: User) -> Iterator[Step]:
    yield from _dumps(facts, options, user)
    yield _signals(facts)


def _dumps(facts: Facts, options: Options, user: User) -> Iterator[Step]:
    """Done once Keepalived has written one that the user may read."""
    dump = facts.dump
    there = dump is not None and PurePosixPath(dump.path).parent == PurePosixPath(options.folder)
    if dump and there and dump.lets_in(user) and not dump.blocked:
        yield Step(DUMPS, State.DONE, f"{USER} may read {dump.path}")
        return
    if options.folder == FOLDER:
        yield _folder(facts)
    closed = dump is None or not dump.mode & 0o040
    if dump is None:
        why = "Keepalived does not answer here now, so it is not known what it has"
    elif there:
        why = f"{dump.path} ({dump.mode:03o}, group {dump.group}) is closed to {USER}"
    else:
        why = f"it writes to {PurePosixPath(dump.path).parent} until it is started anew"
    by_hand = [*([_UMASK] if closed else ()), _RESTART]
    yield Step(DUMPS, State.BY_HAND, why, by_hand=by_hand)


def _folder(facts: Facts) -> Step:
    if facts.drop_ins.get(KEEPALIVEDS_DROP_IN) == _FOLDERS:
        return Step(PLACE, State.DONE, f"{KEEPALIVEDS_DROP_IN} gives its files one")
    reason = f"its files are root's alone, in /tmp: a folder that group {USER} may enter"
    actions = (WriteFile(KEEPALIVEDS_DROP_IN, _FOLDERS, 0o644), _RELOAD)
    return Step(PLACE, State.TO_DO, reason, actions, grants=Grant(keepalived=True))


def _signals(facts: Facts) -> Step:
    for path, text in facts.drop_ins.items():
        if path != KEEPALIVEDS_DROP_IN and _may_signal(text):
            return Step(SIGNALS, State.DONE, f"{path} gives the service CAP_KILL")
    reason = (
        "it writes its files at a signal: that takes CAP_KILL, which lets the service end any process too"
    )
    actions = (WriteFile(OWN_DROP_IN, _SIGNALLING, 0o644), _RELOAD)
    return Step(SIGNALS, State.TO_DO, reason, actions, grants=Grant(keepalived=True))


def _may_signal(drop_in: str) -> bool:
    lines = (line.strip() for line in drop_in.splitlines())
    return any(line.startswith("AmbientCapabilities=") and "CAP_KILL" in line for line in lines)


def forget(facts: Facts) -> Step:
    """Takes away the drop-ins that setup wrote, and leaves those that somebody changed since."""
    back = Grant(keepalived=True)
    there = {path: facts.drop_ins[path] for path in FILES if path in facts.drop_ins}
    if not there:
        return Step(SIGNALS, State.TO_DO, "its files are gone already: forgotten here too", takes_back=back)
    if changed := [path for path, text in there.items() if text != FILES[path]]:
        reason = f"{', '.join(changed)}: changed since setup wrote it: look what else it is for"
        return Step(SIGNALS, State.BY_HAND, reason, by_hand=[f"rm {' '.join(there)}", _RELOAD.shell()])
    actions: list[Action] = [*(RemoveFile(path, with_folder=True) for path in there), _RELOAD]
    reason = (
        "setup gave the service the right, and Keepalived a folder: it keeps that until it is started anew"
    )
    return Step(SIGNALS, State.TO_DO, reason, actions, takes_back=back)
