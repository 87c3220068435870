"""Whose rights they are, and what grants them (pure)."""

from dataclasses import dataclass

USER = "failover-exporter"  # and its group
PACEMAKERS_GROUP = "haclient"
COROSYNCS_FOLDER = "/etc/corosync/uidgid.d"
_DROP_INS = "/etc/systemd/system"
KEEPALIVEDS_DROP_IN = f"{_DROP_INS}/keepalived.service.d/{USER}.conf"
OWN_DROP_IN = f"{_DROP_INS}/{USER}.service.d/keepalived.conf"


@dataclass(frozen=True)
class User:
    uid: int
    groups: frozenset[str]  # names, its primary one among them


@dataclass(frozen=True)
class SocketFile:
    """HAProxy's stats socket; as its configuration says while HAProxy doesn't run."""

    path: str
    mode: int
    uid: int  # its owner
    group: str  # its name; a number where that has none
    blocked: str = ""  # the first folder above that a member of that group can't pass

    def lets_in(self, user: User) -> bool:
        """To connect is to write. Of the three classes only one counts, the first that fits."""
        if user.uid == self.uid:
            return bool(self.mode & 0o200)
        return bool(self.mode & (0o020 if self.group in user.groups else 0o002))


@dataclass(frozen=True)
class Dump:
    """Of Keepalived, which wrote it a moment ago."""

    path: str
    mode: int
    group: str  # its name; a number where that has none
    blocked: str = ""  # the first folder above that a member of that group can't pass

    def lets_in(self, user: User) -> bool:
        """To read. It is root's."""
        return bool(self.mode & (0o040 if self.group in user.groups else 0o004))


@dataclass(frozen=True)
class Acl:
    enabled: bool
    granted: bool  # there is a target with the user's name


@dataclass(frozen=True)
class Record:
    """What an earlier run granted."""

    groups: tuple[str, ...] = ()
    corosync: bool = False
    keepalived: bool = False
