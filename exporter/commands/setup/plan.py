"""What a host needs, from what was seen there. Asks nobody."""

import re
from collections.abc import Iterator

from exporter.commands.setup import accounts, acl, config_file, keepalived
from exporter.commands.setup.facts import Facts
from exporter.commands.setup.rights import COROSYNCS_FOLDER, PACEMAKERS_GROUP, USER, SocketFile, User
from exporter.commands.setup.steps import ACLS, Grant, RemoveFile, Run, State, Step, WriteFile
from exporter.config import Config

COROSYNCS_FILE = f"{COROSYNCS_FOLDER}/{USER}"
_NO_USER = (
    f"there is no user {USER} on this host: the package makes it, or `useradd --system --user-group "
    f"--home-dir /var/lib/{USER} --shell /usr/sbin/nologin {USER}`"
)
_RELOAD = Run(
    ("corosync-cfgtool", "-R"), "Corosync, which could not be told, reads it when it starts: does it run?"
)


def plan(facts: Facts, *, rights: bool = True) -> list[Step]:
    """The steps, in their order. What doesn't concern this host is left out."""
    return [
        _config(facts),
        *(_rights(facts) if rights else ()),
        *(_accounts(facts, facts.config) if facts.config else ()),
    ]


def removal(facts: Facts) -> list[Step]:
    """What takes away again what was granted here, and nothing else."""
    steps = [_leave(group, facts.user) for group in facts.record.groups]
    if facts.record.corosync:
        steps.append(_forget(facts))
    if facts.record.keepalived:
        steps.append(keepalived.forget(facts))
    if facts.acl and facts.acl.granted:
        reason = "they hold for the whole cluster: only when no other node's exporter needs them"
        steps.append(Step(ACLS, State.BY_HAND, reason, by_hand=acl.REVOKE))
    return steps or [Step("rights", State.DONE, "none that setup granted is left")]


def _config(facts: Facts) -> Step:
    name = "configuration"
    if facts.config_there and not facts.config_written:
        return Step(name, State.DONE, f"{facts.config_path} is there, and is not touched")
    missing = "; ".join(facts.config_missing)
    if facts.config is None:
        example = "`vips: [{address: 10.0.0.100, port: 3306}]`"
        said = f"this host shows nothing to watch{f' ({missing})' if missing else ''}"
        return Step(
            name,
            State.BY_HAND,
            f"{said}: write {facts.config_path}, at a vantage point for a start {example}",
        )
    if not facts.config_complete:
        return Step(name, State.UNKNOWN, f"not written while it would lack the addresses: {missing}")
    text = config_file.text(facts.config, facts.accounts_there)
    if text == facts.config_written:
        return Step(name, State.DONE, f"{facts.config_path}, as setup wrote it")
    group = USER if facts.user else "root"
    reason = f"by what this host shows{f'; not found: {missing}' if missing else ''}"
    return Step(name, State.TO_DO, reason, [WriteFile(facts.config_path, text, 0o640, group)])


def _rights(facts: Facts) -> Iterator[Step]:
    config = facts.config
    if config is None:
        return
    if not facts.user and (config.pacemaker or config.corosync or config.keepalived or facts.socket):
        yield Step("rights", State.UNKNOWN, _NO_USER)
        return
    if facts.user and config.pacemaker:
        yield _pacemaker(facts, facts.user)
        yield from _acls(facts)
    if facts.user and config.corosync:
        yield _corosync(facts, facts.user)
    if facts.user and config.keepalived:
        yield from keepalived.steps(facts, config.keepalived, facts.user)
    if facts.user and facts.socket:
        yield _haproxy(facts.socket, facts.user)


def _join(name: str, group: str, reason: str) -> Step:
    return Step(
        name, State.TO_DO, reason, [Run(("usermod", "-a", "-G", group, USER))], grants=Grant(group=group)
    )


def _pacemaker(facts: Facts, user: User) -> Step:
    name = "Pacemaker"
    if PACEMAKERS_GROUP in user.groups:
        return Step(name, State.DONE, f"{USER} is in group {PACEMAKERS_GROUP}")
    if PACEMAKERS_GROUP not in facts.groups:
        return Step(
            name, State.UNKNOWN, f"there is no group {PACEMAKERS_GROUP}: is Pacemaker installed whole?"
        )
    may_write = (
        "" if facts.acl and facts.acl.enabled else "; without enable-acl it may change the cluster too"
    )
    return _join(name, PACEMAKERS_GROUP, f"its tools answer group {PACEMAKERS_GROUP}{may_write}")


def _acls(facts: Facts) -> Iterator[Step]:
    name = ACLS
    if facts.acl is None:
        reason = "Pacemaker can't be asked here now whether enable-acl is on: only if it is"
        yield Step(name, State.BY_HAND, reason, by_hand=[acl.GRANT])
    elif facts.acl.enabled and facts.acl.granted:
        yield Step(name, State.DONE, f"they have a target {USER}")
    elif facts.acl.enabled:
        reason = "enable-acl is on: this role reads; once, on any node, for it holds for the whole cluster"
        yield Step(name, State.BY_HAND, reason, by_hand=[acl.GRANT])


def _corosync(facts: Facts, user: User) -> Step:
    name = "Corosync"
    for path, text in facts.uidgid.items():
        if _names(text, user):
            return Step(name, State.DONE, f"{path} names the user")
    reason = (
        f"it answers whom a file in {COROSYNCS_FOLDER} names: the number, for a name that is gone stops it"
    )
    actions = (WriteFile(COROSYNCS_FILE, _uidgid(user), 0o644), _RELOAD)
    return Step(name, State.TO_DO, reason, actions, grants=Grant(corosync=True))


def _uidgid(user: User) -> str:
    return f"uidgid {{\n    uid: {user.uid}\n}}\n"


def _names(text: str, user: User) -> bool:
    return bool(re.search(rf"^\s*uid:\s*({user.uid}|{re.escape(USER)})\s*$", text, re.MULTILINE))


def _haproxy(socket: SocketFile, user: User) -> Step:
    name = "HAProxy's socket"
    advice = f"in haproxy.cfg: `stats socket {socket.path} mode 660 group haproxy level user`, then reload it"
    if not socket.lets_in(user) and (not socket.mode & 0o020 or socket.group in ("root", "0")):
        reason = (
            f"{socket.path} ({socket.mode:03o}, group {socket.group}) lets no group in that is not root's"
        )
        return Step(name, State.BY_HAND, reason, by_hand=[f"# {advice}"])
    if socket.blocked:
        reason = f"{socket.path}: nobody but its owner may pass {socket.blocked}"
        return Step(name, State.BY_HAND, reason, by_hand=[f"chmod o+x {socket.blocked}"])
    if socket.lets_in(user):
        return Step(name, State.DONE, f"{USER} may use {socket.path}")
    return _join(name, socket.group, f"{socket.path} is for group {socket.group}")


def _accounts(facts: Facts, config: Config) -> Iterator[Step]:
    wanted = accounts.files(config)
    missing = {path: who for path, who in wanted.items() if path not in facts.accounts_there}
    if missing:
        reason = (
            f"not there: {', '.join(missing)}; on one Galera node the SQL, with passwords of your own (no "
            "privilege is needed; for '%' the balancers' addresses will do), here the files"
        )
        if facts.config_written or not facts.config_there:
            reason += ", then `failover-exporter setup --apply` again, for their lines in the configuration"
        yield Step("accounts", State.BY_HAND, reason, by_hand=list(accounts.lines(missing)))
    elif wanted:
        yield Step("accounts", State.DONE, f"{', '.join(wanted)}: there")


def _leave(group: str, user: User | None) -> Step:
    name, back = f"group {group}", Grant(group=group)
    if not user or group not in user.groups:
        return Step(name, State.TO_DO, "its membership is gone already: forgotten here too", takes_back=back)
    action = Run(("gpasswd", "--delete", USER, group))
    return Step(name, State.TO_DO, "setup made the user a member", [action], takes_back=back)


def _forget(facts: Facts) -> Step:
    back = Grant(corosync=True)
    there = facts.uidgid.get(COROSYNCS_FILE)
    if there is None:
        return Step("Corosync", State.TO_DO, "its file is gone already: forgotten here too", takes_back=back)
    if facts.user and there != _uidgid(facts.user):
        reason = f"{COROSYNCS_FILE} was changed since setup wrote it: look what else it is for"
        return Step("Corosync", State.BY_HAND, reason, by_hand=[f"rm {COROSYNCS_FILE}", _RELOAD.shell()])
    actions = (RemoveFile(COROSYNCS_FILE), _RELOAD)
    return Step("Corosync", State.TO_DO, "setup named the user to it", actions, takes_back=back)
