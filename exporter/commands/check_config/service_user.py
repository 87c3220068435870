"""Root may read everything: what the service may read, is tried as its user."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

USER = "failover-exporter"


@contextmanager
def as_service_user() -> Iterator[str]:
    """Its name, or that of whoever asks: those without root's rights, and hosts without that user.

    The whole process has its real and effective user and groups meanwhile: Pacemaker and Corosync are told
    the real ones of who asks (SCM_CREDENTIALS, which libqb looks at).
    """
    entry = _entry()
    if os.geteuid() != 0 or entry is None:
        yield _own_name()
        return
    groups, gids = os.getgroups(), os.getresgid()
    os.setgroups(os.getgrouplist(USER, entry.pw_gid))
    try:
        os.setresgid(entry.pw_gid, entry.pw_gid, gids[2])
        os.setresuid(entry.pw_uid, entry.pw_uid, 0)
        yield USER
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(*gids)
        os.setgroups(groups)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        return None


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
