"""What is to be known of a host before it can be said what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.commands.setup.rights import Acl, Dump, Record, SocketFile, User
from exporter.config import Config


@dataclass(frozen=True)
class Facts:
    config_path: str
    config_there: bool
    # That of the file. Without one, and where setup wrote it, what the host shows with all accounts.
    config: Config | None
    config_written: str = ""  # the file's text, where setup wrote it and nobody changed it since
    config_missing: tuple[str, ...] = ()  # what could not be found for it
    config_complete: bool = True  # false: who manages the addresses could not be asked for its addresses
    accounts_there: frozenset[str] = frozenset()  # of the option files that `config` names
    user: User | None = None  # None: there is no such user
    groups: frozenset[str] = frozenset()  # those of Pacemaker and of the socket, if the host has them
    acl: Acl | None = None  # None: Pacemaker could not be asked
    uidgid: Mapping[str, str] = field(default_factory=dict)  # Corosync's files, path to text
    socket: SocketFile | None = None
    drop_ins: Mapping[str, str] = field(default_factory=dict)  # of both services, where Keepalived is
    dump: Dump | None = None  # None: no Keepalived runs here, or it could not be asked
    record: Record = field(default_factory=Record)
