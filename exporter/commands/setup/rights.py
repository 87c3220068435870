"""Whose rights they are, and what grants them (pure)."""

from dataclasses import dataclass

USER = "failover-exporter"  # and its group
PACEMAKERS_GROUP = "haclient"
COROSYNCS_FOLDER = "/etc/corosync/uidgid.d"


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
class Acl:
    enabled: bool
    granted: bool  # there is a target with the user's name


@dataclass(frozen=True)
class Record:
    """What an earlier run granted."""

    groups: tuple[str, ...] = ()
    corosync: bool = False
