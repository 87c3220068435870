"""One entry of the configuration's `vips:`."""

import ipaddress
from dataclasses import dataclass

from exporter.watchers.commits.options import Write

SHORTEST_INTERVAL = 0.02  # seconds; also the pace while an outage lasts


@dataclass(frozen=True)
class Vip:
    """A floating address. Without `port` it is not probed: only vip_bound and vip_claimants speak of it."""

    address: str  # normalised, so that it is the same label everywhere
    port: int | None = None
    interval: float = 0.1  # seconds between two launches
    # An option file of MySQL's clients: [client] user, password, ssl-ca… Without one an attempt ends with the
    # server's refusal of a name that doesn't exist: the server counts it as an aborted connect and logs it.
    client_file: str | None = None
    # Of one attempt as a whole. 5 s lets what a client would wait for come to its end and show as slow: a
    # SYN lost twice (3 s), HAProxy's `timeout connect` of 3 s and a redispatch, that after a lost SYN (4 s).
    timeout: float = 5.0
    write: Write | None = None  # commit rows through it and look for them again; needs the section `galera:`

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "address", str(ipaddress.ip_address(self.address)))
        except ValueError:
            raise ValueError(f"address: {self.address!r} is no IPv4 or IPv6 address") from None
        if self.port is not None and not 1 <= self.port <= 65535:
            raise ValueError(f"port: {self.port} is not within 1 to 65535")
        if not SHORTEST_INTERVAL <= self.interval <= 60:
            raise ValueError(f"interval: {self.interval:g} is not within {SHORTEST_INTERVAL:g} to 60 seconds")
        if not 0.5 <= self.timeout <= 30:
            raise ValueError(f"timeout: {self.timeout:g} is not within 0.5 to 30 seconds")
        if self.client_file is not None and self.port is None:
            raise ValueError("client_file: nothing is probed without `port:`, for MySQL 3306")
        if self.write is not None and self.port is None:
            raise ValueError("write: nothing is written without `port:`, for MySQL 3306")
