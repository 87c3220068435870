"""The table of committed rows, and every SQL statement about it.

One table for all writers: two balancers and a host outside write at the same time, each under its own name.
"""

import platform
import re
import secrets
from dataclasses import dataclass

from exporter.endpoint import Endpoint
from exporter.errors import Denied, SourceError
from exporter.transports.mysql_errors import NO_PRIVILEGE, NO_TABLE, code_of

# Rows this old were left behind by a writer that was killed: a living one needs its own for half a day at
# most.
STALE = "1 DAY"
_WRITER = re.compile(
    r"[A-Za-z0-9 .:%\[\]_-]{1,150}"
)  # what may stand in quotes in a statement, and fits the column
_SCHEMA = re.compile(r"[A-Za-z0-9_]{1,64}")


def new_writer(endpoint: Endpoint) -> str:
    """A name that no other writer has or had: `haproxy-node01 10.0.0.100:3306 1f2e3d4c`.

    Only letters, digits and `. : % [ ] _ -` are kept: the scope of an IPv6 address may be any text.
    """
    host = re.sub(r"[^A-Za-z0-9.-]", "_", platform.node())[:64]
    where = re.sub(r"[^A-Za-z0-9.:%\[\]-]", "_", str(endpoint))[-64:]
    return f"{host} {where} {secrets.token_hex(4)}"


@dataclass(frozen=True)
class Table:
    schema: str
    writer: str

    def __post_init__(self) -> None:
        """Both stand in statements as they are."""
        if not (_SCHEMA.fullmatch(self.schema) and _WRITER.fullmatch(self.writer)):
            raise ValueError(f"not a schema and a writer's name: {self.schema!r}, {self.writer!r}")

    @property
    def name(self) -> str:
        return f"`{self.schema}`.commits"

    def create(self) -> str:
        return (
            f"CREATE DATABASE IF NOT EXISTS `{self.schema}`; "
            f"CREATE TABLE IF NOT EXISTS {self.name} ("
            "writer VARCHAR(150) CHARACTER SET latin1 NOT NULL, number BIGINT UNSIGNED NOT NULL, "
            "written TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (writer, number)"
            ") ENGINE=InnoDB COMMENT='failover-exporter: commits through the floating address'"
        )

    def insert(self, number: int) -> str:
        """Leaves the transaction open: a client that ends before it sends COMMIT has not committed."""
        return (
            f"START TRANSACTION; INSERT INTO {self.name} (writer, number) VALUES ('{self.writer}', {number})"
        )

    def read_back(self, first: int) -> str:
        """With a causal read: the node first applies all that the cluster had committed when it was asked."""
        return (
            "SET SESSION wsrep_sync_wait = 1, SESSION wsrep_dirty_reads = OFF; "
            "SHOW GLOBAL STATUS WHERE Variable_name IN "
            "('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state_comment'); "
            f"SELECT number FROM {self.name} WHERE writer = '{self.writer}' AND number >= {first}"
        )

    def delete(self, up_to: int) -> str:
        return _committed(f"DELETE FROM {self.name} WHERE writer = '{self.writer}' AND number <= {up_to}")

    def sweep(self) -> str:
        """Without locks on the rows of other writers that it passes: those are being written to."""
        return "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; " + _committed(
            f"DELETE FROM {self.name} WHERE written < NOW() - INTERVAL {STALE} "
            f"AND writer <> '{self.writer}' LIMIT 10000"
        )

    def explained(self, error: SourceError, user: str) -> SourceError:
        """The error, and with it the GRANT to run where a privilege is missing."""
        if code_of(error) not in NO_PRIVILEGE:
            return error
        grant = f"GRANT CREATE, INSERT, SELECT, DELETE ON {self.schema}.* TO '{user}'@'%'"
        explained = Denied(f"{error}; run: {grant};")
        explained.__cause__ = error
        return explained


def no_table(error: SourceError) -> bool:
    return code_of(error) in NO_TABLE


def _committed(sql: str) -> str:
    """Whatever the server's init_connect makes of autocommit."""
    return f"START TRANSACTION; {sql}; COMMIT"
