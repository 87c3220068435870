"""One entry of the configuration's `vips:` (pure)."""

import ipaddress
from dataclasses import dataclass

from exporter.options import check_seconds
from exporter.watchers.commits.options import Write

SHORTEST_INTERVAL = 0.02  # seconds; also that of the first seconds of an outage, see schedule.py


@dataclass(frozen=True)
class Vip:
    """A floating address, and a port of it. Without `port` it is not probed: only vip_bound and vip_claimants
    are about it. The same address may be in the configuration again with another port."""

    address: str  # normalised, so that it is the same label everywhere
    port: int | None = None
    interval: float = 0.1  # seconds between two launches
    # An option file of MySQL's clients: [client] user, password, ssl-ca… Without one an attempt ends with the
    # server's refusal of a name that doesn't exist: the server counts it as an aborted connect and logs it,
    # and the probe can't see max_connections being reached, nor a proxy that refuses unknown names by itself.
    client_file: str | None = None
    # Of one attempt as a whole. 5 s lets what a client would wait for come to its end and show as slow: a
    # SYN lost twice (3 s), HAProxy's `timeout connect` of 3 s and a redispatch, that after a lost SYN (4 s).
    timeout: float = 5.0
    # Ask the link who has it (vip_claimants). The answer also corrects this host's own ARP cache: a vantage
    # point that shall feel what clients feel while theirs is wrong must not ask.
    claimants: bool = True
    write: Write | None = None  # commit rows through it and read them back; needs the section `galera:`

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "address", str(ipaddress.ip_address(self.address)))
        except ValueError:
            raise ValueError(f"address: {self.address!r} is no IPv4 or IPv6 address") from None
        if self.port is not None and not 1 <= self.port <= 65535:
            raise ValueError(f"port: {self.port} is not within 1 to 65535")
        check_seconds("interval", self.interval, SHORTEST_INTERVAL, 60)
        check_seconds("timeout", self.timeout, 0.5, 30)
        if self.client_file is not None and self.port is None:
            raise ValueError("client_file: nothing is probed without `port:`, for MySQL 3306")
        if self.write is not None and self.port is None:
            raise ValueError("write: nothing is written without `port:`, for MySQL 3306")
