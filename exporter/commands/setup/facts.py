"""What is to be known of a host before it can be said what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.config import Config

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


@dataclass(frozen=True)
class Facts:
    config_path: str
    config_there: bool
    config: Config | None  # that of the file; without one what the host shows, its accounts taken for granted
    config_missing: tuple[str, ...] = ()  # what could not be found for it
    config_complete: bool = True  # false: Pacemaker could not be asked for its addresses
    accounts_there: frozenset[str] = frozenset()  # of the option files that `config` names
    user: User | None = None  # None: there is no such user
    groups: frozenset[str] = frozenset()  # those of Pacemaker and of the socket, if the host has them
    acl: Acl | None = None  # None: Pacemaker could not be asked
    uidgid: Mapping[str, str] = field(default_factory=dict)  # Corosync's files, path to text
    socket: SocketFile | None = None
    record: Record = Record()
