"""Root may read everything: what the service may read, is tried as its user."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

USER = "failover-exporter"


@contextmanager
def as_service_user() -> Iterator[str]:
    """Its name, or that of whoever asks: those without root's rights, and hosts without that user.

    The whole process has its effective user and groups meanwhile.
    """
    entry = _entry()
    if os.geteuid() != 0 or entry is None:
        yield _own_name()
        return
    groups, gid = os.getgroups(), os.getegid()
    os.setgroups(os.getgrouplist(USER, entry.pw_gid))
    try:
        os.setegid(entry.pw_gid)
        os.seteuid(entry.pw_uid)
        yield USER
    finally:
        os.seteuid(0)
        os.setegid(gid)
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
