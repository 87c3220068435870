"""What was read, as the checks get it: values, and an error in the place of what could not be read (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exporter.commands.doctor.grants import Grant
from exporter.commands.doctor.page import Page
from exporter.commands.setup.steps import Step
from exporter.errors import SourceError
from exporter.watchers.readiness.expected.explanation import Explanation
from exporter.web.status.view import View


@dataclass(frozen=True)
class Asker:
    """Who runs doctor."""

    user: str
    may_look: bool  # root, or the service's user: what the service may read can be judged


@dataclass(frozen=True)
class Mistake:
    """Of the configuration, or of what it needs of this host."""

    text: str
    error: bool  # else a warning


@dataclass(frozen=True)
class Configured:
    path: str  # empty: there is no file, the host itself counts
    sections: frozenset[str] = frozenset()  # that are on; empty where it can't be used
    error: str = ""  # why it can't be used
    closed: bool = False  # who asks may not read it
    mistakes: tuple[Mistake, ...] = ()
    without_account: tuple[str, ...] = ()  # addresses and ports that are probed without one


@dataclass(frozen=True)
class Service:
    """The process that serves here."""

    user: str
    groups: frozenset[str]  # names; a number where a group has none
    raw_sockets: bool  # it has CAP_NET_RAW
    signals: bool = False  # it has CAP_KILL


@dataclass(frozen=True)
class Rights:
    """What the service's user may ask, as setup sees it."""

    steps: tuple[Step, ...]
    groups: frozenset[str] = frozenset()  # those that it needs, of which its user is a member
    signals: bool = False  # whether the service is to have CAP_KILL, and gets it when it starts
    unseen: frozenset[str] = frozenset()  # names of steps: what they depend on could not be asked


@dataclass(frozen=True)
class Exporter:
    """One exporter's page, and its status in words."""

    host: str  # the node's name, or the host of its URL
    url: str
    page: Page | SourceError
    status: View | None = None  # None: it has none, or it could not be read
    named: bool = True  # a person gave the URL; else it was looked for


@dataclass(frozen=True)
class Login:
    """An account, tried on one server."""

    key: str  # as in "galera.client_file"
    file: str
    at: str  # as in "galera-node01 (10.0.0.21:3306)"
    user: str
    error: SourceError | None = None
    account: str = ""  # as the server has it: `exporter@%`
    grants: tuple[Grant, ...] | None = None  # None: the server would not say
    schema: str = ""  # that the account writes to; empty: it needs no privilege


@dataclass(frozen=True)
class Target:
    """What Prometheus scrapes."""

    url: str
    hosts: frozenset[str]  # those of `Facts.exporters` whose page that is
    health: str  # up, down, unknown
    error: str
    last_scrape: float  # seconds since 1970
    interval: float | None  # seconds; None: it does not say
    cluster: str  # its label; empty without one


@dataclass(frozen=True)
class Rule:
    """An alerting rule that Prometheus has loaded."""

    name: str
    health: str  # ok, err, unknown
    error: str
    state: str  # inactive, pending, firing
    interval: float  # seconds between two evaluations, which is what it is made for


@dataclass(frozen=True)
class Alertmanager:
    url: str
    error: SourceError | None  # when it was asked from here


@dataclass(frozen=True)
class Prometheus:
    url: str
    targets: Sequence[Target] | SourceError
    rules: Sequence[Rule] | SourceError
    alertmanagers: Sequence[Alertmanager] | SourceError
    undelivered: float | None = None  # notifications of the last ten minutes; None: it does not know
    expected: frozenset[str] = frozenset()  # the alerts of this version


@dataclass(frozen=True)
class Facts:
    at: float  # seconds since 1970
    host: str
    asker: Asker
    configured: Configured
    own: Exporter
    service: Service | None = None  # None: not found, or not to be seen
    rights: Rights | None = None  # None: could not be looked at
    # By collector, while no exporter runs: why it could not be read from here; None: it was.
    direct: Mapping[str, SourceError | None] = field(default_factory=dict)
    direct_page: Page | None = None
    peers: tuple[Exporter, ...] = ()
    logins: tuple[Login, ...] = ()
    prometheus: Prometheus | None = None  # None: none was named
    times: tuple[Explanation, ...] = ()  # of a failover; empty where they can't be known

    @property
    def exporters(self) -> tuple[Exporter, ...]:
        return (self.own, *self.peers)

    @property
    def here(self) -> Page | None:
        """What is known from this host: the exporter's page, else what was read directly."""
        return self.own.page if isinstance(self.own.page, Page) else self.direct_page

    @property
    def pages(self) -> tuple[tuple[str, Page], ...]:
        """By host, this host's first; those that could be read."""
        own = [(self.host, self.here)] if self.here else []
        return (*own, *((one.host, one.page) for one in self.peers if isinstance(one.page, Page)))

    def first(self, metric: str) -> Page | None:
        """The first page that has it: a fact of the cluster is on each balancer's."""
        return next((page for _, page in self.pages if page.has(metric)), None)
