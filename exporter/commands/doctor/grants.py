"""What an account may do, from SHOW GRANTS (pure).

Formats, of MariaDB 10.5 to 11.8, and of MySQL 5.7 to 8.4:
    GRANT USAGE ON *.* TO `exporter`@`%` IDENTIFIED BY PASSWORD '*5F8…' REQUIRE SSL
    GRANT SELECT, INSERT (`a`, `b`) ON `shop`.* TO `exporter`@`%` WITH GRANT OPTION
    GRANT `reader`@`%` TO `exporter`@`%`
    GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION
    SET DEFAULT ROLE `reader` FOR `exporter`@`%`
A line may hold the hash of the password: nothing of it but privileges and what they are for is kept.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from exporter.errors import Unparsable

_ON = re.compile(r"GRANT (.+?) ON (?:TABLE |PROCEDURE |FUNCTION |PACKAGE )?(\S+) TO (.*)", re.DOTALL)
_ROLE = re.compile(r"GRANT (\S+) TO ", re.DOTALL)
_COMMA = re.compile(r", *(?![^(]*\))")  # not within the columns of a privilege
_PASSED_ON = "WITH GRANT OPTION"


@dataclass(frozen=True)
class Grant:
    """Privileges, in capitals, on something: `*.*`, `shop.*`; a role has neither."""

    privileges: frozenset[str]
    on: str
    role: str = ""

    def __str__(self) -> str:
        if self.role:
            return f"the role {self.role}"
        return f"{', '.join(sorted(self.privileges))} ON {self.on}"


def parse(lines: Iterable[str]) -> tuple[Grant, ...]:
    """Without USAGE, which is no right. Raises Unparsable, with nothing of the line in its text."""
    found = (_grant(line) for line in lines if not line.startswith("SET DEFAULT ROLE"))
    return tuple(one for one in found if one.role or one.privileges)


def _grant(line: str) -> Grant:
    if match := _ON.match(line):
        privileges = {re.sub(r" *\(.*\)", "", one).strip().upper() for one in _COMMA.split(match[1])}
        if match[3].rstrip().endswith(_PASSED_ON):
            privileges.add("GRANT OPTION")
        return Grant(frozenset(privileges - {"USAGE"}), match[2].replace("`", ""))
    if match := _ROLE.match(line):
        return Grant(frozenset(), "", match[1].replace("`", ""))
    raise Unparsable("SHOW GRANTS: a line that is not known")


def beyond(grants: Iterable[Grant], wanted: frozenset[str], on: str) -> tuple[Grant, ...]:
    """What is more than the privileges `wanted` on `on`."""
    more = (
        one if one.role or not _same(one.on, on) else Grant(one.privileges - wanted, one.on) for one in grants
    )
    return tuple(one for one in more if one.role or one.privileges)


def missing(grants: Iterable[Grant], wanted: frozenset[str], on: str) -> frozenset[str]:
    """What of `wanted` on `on` (`schema.*`) is not granted; a role may give anything, so with one nothing is
    known to be missing."""
    left = wanted
    for one in grants:
        there = one.on == "*.*" or _same(one.on, on)
        if one.role or (there and "ALL PRIVILEGES" in one.privileges):
            return frozenset()
        if there:
            left -= one.privileges
    return left


def _same(granted: str, on: str) -> bool:
    r"""A schema may stand there as a pattern: `failover\_exporter`.*"""
    return granted.replace("\\", "") == on


def revoke(grant: Grant, account: str) -> str:
    """The statement that takes it away; `account` as CURRENT_USER() has it: `exporter@%`."""
    user, _, host = account.rpartition("@")
    who = f"'{user}'@'{host}'"
    if grant.role:
        return f"REVOKE {grant.role} FROM {who};"
    if "ALL PRIVILEGES" in grant.privileges and grant.on == "*.*":
        return f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {who};"
    on = ".".join(part if part == "*" else f"`{part}`" for part in grant.on.split("."))
    return f"REVOKE {', '.join(sorted(grant.privileges))} ON {on} FROM {who};"
