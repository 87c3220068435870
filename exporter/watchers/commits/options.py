"""`write:` of an entry in the configuration's `vips:`."""

import re
from dataclasses import dataclass

from exporter.options import check_seconds

_SCHEMA = re.compile(r"[A-Za-z0-9_]{1,64}")


@dataclass(frozen=True)
class Write:
    # An option file of MySQL's clients. Its account is used through the address and on each Galera node:
    # GRANT CREATE, INSERT, SELECT, DELETE ON failover_exporter.* TO …
    client_file: str
    schema: str = "failover_exporter"  # created if it doesn't exist, with one table
    interval: float = 1.0  # seconds between two commits
    timeout: float = 5.0  # seconds for one commit, its connection included

    def __post_init__(self) -> None:
        if not self.client_file:
            raise ValueError("client_file: expected the path of a MySQL option file")
        if not _SCHEMA.fullmatch(self.schema):
            raise ValueError(f"schema: {self.schema!r} is not made of A-Z, a-z, 0-9 and _")
        check_seconds("interval", self.interval, 0.1, 60)
        check_seconds("timeout", self.timeout, 0.5, 30)
