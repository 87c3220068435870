"""Ask all Galera nodes at once, each over one connection that is kept between readings."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

from exporter.endpoint import parse_endpoint
from exporter.errors import Denied, SourceError, TimedOut, Unparsable, Unreachable
from exporter.options import check_seconds
from exporter.scrape import Source
from exporter.sources.galera.components import View, primary_components
from exporter.sources.galera.families import families
from exporter.sources.galera.parse import OTHER_VARIABLES, NodeStatus, parse
from exporter.sources.galera.reading import GaleraReading
from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account, AccountFile

QUESTION = (
    "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'; "
    "SHOW GLOBAL VARIABLES WHERE Variable_name LIKE 'wsrep\\_%' OR Variable_name IN "
    f"({', '.join(repr(name) for name in OTHER_VARIABLES)})"
)
# Word for word what the mysql client asks first: ProxySQL answers this one itself, "(ProxySQL)".
WHO = "select @@version_comment limit 1"
_PROXIES = {"proxysql": "ProxySQL", "maxscale": "MaxScale"}

FIRST_SHARE = 0.7  # of the time is for the first answers; the rest for asking again when views seem split
LAST_SHARE = 0.1  # of the time is not used: the nodes that answered must be on the page in time
GRACE_SECONDS = 0.05  # from a thread's deadline to its outcome
SETTLING_SECONDS = 0.3  # between two readings of views that seem split

Outcome = NodeStatus | SourceError


@dataclass(frozen=True)
class Options:
    client_file: str  # MySQL option file, its [client] section
    nodes: Mapping[str, str]  # label `node` -> host:port
    timeout: float = 5.0  # seconds

    def __post_init__(self) -> None:
        if not self.client_file:
            raise ValueError("client_file: expected the path of a MySQL option file")
        if not self.nodes:
            raise ValueError("nodes: expected at least one `name: host:port`")
        for name, address in self.nodes.items():
            try:
                parse_endpoint(address, bare_ipv6=False)
            except ValueError as error:
                raise ValueError(f"nodes: {name}: expected host:port: {error}") from None
        check_seconds("timeout", self.timeout, 0, 60)


class _Node:
    """One server and the connection to it, for one thread at a time."""

    def __init__(self, name: str, address: str):
        self.name = name
        self.what = f"{name} ({address})"
        self._host, self._port = parse_endpoint(address)
        self._session: mysql.Session | None = None

    def ask(self, account: Account, deadline: Deadline) -> Outcome:
        try:
            answer = self._answer(account, deadline)
        except SourceError as error:
            self.drop()
            return error
        try:
            return parse(answer)
        except Unparsable as error:
            return Unparsable(f"{self.what}: {error}")

    def _answer(self, account: Account, deadline: Deadline) -> Sequence[mysql.Rows]:
        if self._session:
            try:
                return self._session.query(QUESTION, deadline, mysql.LONG_ANSWER)
            except TimedOut:
                raise
            except Unreachable:
                self.drop()  # restarted, or wait_timeout is over: the connection is dead, not the server
        self._session = mysql.connect(self._host, self._port, account, deadline, self.what)
        self._refuse_proxy(self._session, deadline)
        return self._session.query(QUESTION, deadline, mysql.LONG_ANSWER)

    def _refuse_proxy(self, session: mysql.Session, deadline: Deadline) -> None:
        """A proxy answers with the status of a node that it chooses, another one each time."""
        (rows, *_) = session.query(WHO, deadline)
        greeting = f"{session.server_version} {rows}".lower()
        for word, name in _PROXIES.items():
            if word in greeting:
                raise Unparsable(
                    f"{self.what}: this is {name}, which answers for a node that it chooses: "
                    "galera.nodes needs the addresses of the nodes themselves"
                )

    def drop(self) -> None:
        if self._session:
            self._session.close()
            self._session = None


class GaleraSource(Source[GaleraReading]):
    name = "galera"

    def __init__(self, options: Options):
        self._options = options
        self._nodes = [_Node(name, address) for name, address in options.nodes.items()]
        self._client_file = AccountFile(options.client_file)
        self._executor = ThreadPoolExecutor(len(self._nodes), thread_name_prefix="galera")
        self._under_way: dict[str, Future[Outcome]] = {}

    @property
    def timeout(self) -> float:
        return self._options.timeout

    def read(self, deadline: Deadline) -> GaleraReading:
        account = self._client_file.account()
        seconds = deadline.remaining(self.name)
        outcomes = self._ask(self._nodes, account, Deadline(deadline.at - seconds * (1 - FIRST_SHARE)))
        components = self._settled(outcomes, account, Deadline(deadline.at - seconds * LAST_SHARE))
        errors = tuple(one for one in outcomes.values() if isinstance(one, SourceError))
        if len(errors) == len(self._nodes):
            self._raise_what_is_not_down(errors)
        return GaleraReading(_answered(outcomes, self._nodes), components, errors)

    def _ask(self, nodes: Sequence[_Node], account: Account, deadline: Deadline) -> dict[str, Outcome]:
        """One outcome for each node, by the deadline. A thread that has not returned by then ends by itself,
        and its node is not asked again before."""
        for node in nodes:
            before = self._under_way.get(node.name)
            if before is None or before.done():
                self._under_way[node.name] = self._executor.submit(node.ask, account, deadline)
        under_way = {node: self._under_way[node.name] for node in nodes}
        wait(under_way.values(), timeout=max(0.0, deadline.at - time.monotonic()) + GRACE_SECONDS)
        return {
            node.name: asked.result() if asked.done() else TimedOut(f"{node.what}: no answer in time")
            for node, asked in under_way.items()
        }

    def _settled(self, outcomes: dict[str, Outcome], account: Account, deadline: Deadline) -> int | None:
        """The number of Primary components; more than one only when two readings in a row had the same views.

        A further reading puts its answers in `outcomes`. None when no node answered or no two readings
        agreed.
        """
        views = _views(outcomes)
        if not views:
            return None
        while (components := primary_components(views.values())) > 1:
            if deadline.at - time.monotonic() < 2 * SETTLING_SECONDS:
                return None
            time.sleep(SETTLING_SECONDS)
            again = [node for node in self._nodes if node.name in views]
            outcomes.update(self._ask(again, account, deadline))
            before, views = views, _views(outcomes)
            if views == before:
                return components
        return components if views else None

    def _raise_what_is_not_down(self, errors: Sequence[SourceError]) -> None:
        """All nodes down is a reading. When one refused us or is no Galera node, nothing is known of it."""
        for error in errors:
            if isinstance(error, Denied | Unparsable):
                raise error

    def collect(self, reading: GaleraReading) -> Iterable[Metric]:
        return families(reading)

    def failures(self, reading: GaleraReading) -> Sequence[SourceError]:
        return reading.errors

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        for node in self._nodes:
            asked = self._under_way.get(node.name)
            if asked is None or asked.done():
                node.drop()


def _answered(outcomes: Mapping[str, Outcome], nodes: Iterable[_Node]) -> dict[str, NodeStatus | None]:
    found = {node.name: outcomes[node.name] for node in nodes}
    return {name: one if isinstance(one, NodeStatus) else None for name, one in found.items()}


def _views(outcomes: Mapping[str, Outcome]) -> dict[str, View]:
    return {name: one.view for name, one in outcomes.items() if isinstance(one, NodeStatus)}
