"""The table, and all that is said to the servers about it.

One table for all writers: two balancers and a host outside write at the same time, each under its own name.
"""

import re
import secrets
import socket
from dataclasses import dataclass

from pymysql.constants import ER

from exporter.errors import Denied, SourceError
from exporter.transports.mysql import code_of

# Rows this old are what a killed writer left behind: a living one needs its own for half a day at most.
STALE = "1 DAY"
_NO_RIGHT = {ER.DBACCESS_DENIED_ERROR, ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR}
_NO_TABLE = {ER.BAD_DB_ERROR, ER.NO_SUCH_TABLE}


def new_writer(address: str, port: int) -> str:
    """A name that no other writer has or had: `haproxy-node01 10.0.0.100:3306 1f2e3d4c`."""
    host = re.sub(r"[^A-Za-z0-9.-]", "_", socket.gethostname())
    return f"{host} {address}:{port} {secrets.token_hex(4)}"


@dataclass(frozen=True)
class Table:
    schema: str
    writer: str

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
        """Leaves the transaction open: what ends before COMMIT is sent has not committed."""
        return (
            f"START TRANSACTION; INSERT INTO {self.name} (writer, number) VALUES ('{self.writer}', {number})"
        )

    def read_back(self, first: int) -> str:
        """Causal: the node first applies all that the cluster had committed before it was asked."""
        return (
            "SET SESSION wsrep_sync_wait = 1, SESSION wsrep_dirty_reads = OFF; "
            "SHOW GLOBAL STATUS WHERE Variable_name IN "
            "('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state_comment'); "
            f"SELECT number FROM {self.name} WHERE writer = '{self.writer}' AND number >= {first}"
        )

    def delete(self, up_to: int) -> str:
        return f"DELETE FROM {self.name} WHERE writer = '{self.writer}' AND number <= {up_to}"

    def sweep(self) -> str:
        """Without locks on the rows of others that it passes: those are being written to."""
        return (
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; "
            f"DELETE FROM {self.name} WHERE written < NOW() - INTERVAL {STALE} "
            f"AND writer <> '{self.writer}' LIMIT 10000"
        )

    def explained(self, error: SourceError, user: str) -> SourceError:
        """With the statement to run, where a right is missing."""
        if code_of(error) not in _NO_RIGHT:
            return error
        grant = f"GRANT CREATE, INSERT, SELECT, DELETE ON {self.schema}.* TO '{user}'@'%'"
        explained = Denied(f"{error}; run: {grant};")
        explained.__cause__ = error
        return explained


def no_table(error: SourceError) -> bool:
    return code_of(error) in _NO_TABLE
