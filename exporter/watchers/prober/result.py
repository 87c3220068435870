"""How an attempt ended (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

# refused…unreachable: by the network; handshake: by a balancer or server that takes nobody; denied: a server
# refuses the probe's own account; query: logged in, then not answered.
REASONS = ("refused", "timeout", "reset", "unreachable", "handshake", "denied", "query")
TOTAL = "total"
PHASES = ("connect", "handshake", "login", "query", TOTAL)


class OpenSession(Protocol):
    """A connection that is logged in: exporter.transports.mysql.Session."""

    def ask(self, sql: str) -> None: ...
    def refused(self) -> bool | None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class AttemptResult:
    end: float  # monotonic seconds: when the answer was there, or the failure certain
    reason: str | None = None  # of REASONS; None: success
    server: str | None = None  # by name; None: not asked (it failed, or there is no account)
    phases: Mapping[str, float] = field(default_factory=dict)  # seconds by PHASES; of a success only
    detail: str = ""  # of a failure, for the log
    connected: float | None = None  # monotonic seconds: the connection was accepted; None: it was not
    session: OpenSession | None = None  # still logged in, for the caller to close; None without an account

    @property
    def denied(self) -> bool:
        """A server that works refused the account of the probe: other clients are served."""
        return self.reason == "denied"

    @property
    def answered(self) -> bool:
        """Whether a client with a valid account would have been served: what outages are about."""
        return self.reason is None or self.denied
