"""What haproxy.cfg says of its stats sockets, of where it listens, of servers and of timers (pure).

Of `.if` blocks all branches are read: which one holds, only HAProxy can say, and each names something that is
meant to be there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from exporter.endpoint import MYSQL_PORT, Endpoint
from exporter.sources.haproxy.configuration import lexer
from exporter.sources.haproxy.configuration.timers import Timers

_PROXIES = ("defaults", "frontend", "backend", "listen")
_SECTIONS = {
    *_PROXIES,
    *("global", "peers", "resolvers", "userlist", "mailers", "program", "cache", "http-errors", "fcgi-app"),
    *("ring", "log-forward", "log-profile", "crt-store", "traces", "acme"),
}
_FAMILY = re.compile(r"\A(?:(?:tcp|udp|quic)[46]?|ipv[46])@")
_MOST_PORTS = 16  # of a range that are taken


@dataclass(frozen=True)
class Bind:
    """Where a proxy listens; an empty host is every address."""

    host: str
    port: int
    tls: bool = False


@dataclass(frozen=True)
class Server:
    name: str
    host: str
    port: int | None  # None: the port that the client came to


@dataclass(frozen=True)
class Proxy:
    """A frontend, a backend, or a `listen`, which is both."""

    name: str
    kind: str
    tcp: bool = True
    mysql_check: bool = False
    binds: tuple[Bind, ...] = ()
    servers: tuple[Server, ...] = ()
    templates: bool = False  # it has servers whose addresses come from DNS
    backends: tuple[str, ...] = ()
    stats_uri: str = ""  # empty: it serves no statistics page
    stats_auth: bool = False
    timers: Timers = field(default_factory=Timers)


@dataclass(frozen=True)
class Service:
    """A MySQL service: where clients reach it, and the servers behind."""

    binds: tuple[Bind, ...]
    servers: tuple[Server, ...]
    proxies: tuple[str, ...]  # whose servers they are
    templates: bool
    timers: tuple[Timers, ...] = ()  # of those proxies, with the `timeout client` of where clients come in


@dataclass(frozen=True)
class SocketRights:
    """Of the file of a stats socket, as the line `stats socket` or `unix-bind` gives them."""

    mode: int = 0o755  # without `mode` the umask alone counts
    group: str = ""  # a name or a number; empty: that of the process, or of a folder with the setgid bit


@dataclass(frozen=True)
class HaproxyConfig:
    sockets: tuple[str, ...] = ()  # as `haproxy.stats` of our configuration takes them
    proxies: tuple[Proxy, ...] = ()
    rights: Mapping[str, SocketRights] = field(default_factory=dict)  # by socket, those that are files

    def pages(self) -> Iterator[str]:
        """URLs of statistics pages that want no password and no TLS."""
        for proxy in self.proxies:
            if proxy.stats_uri and not proxy.stats_auth and not proxy.tcp:
                for bind in proxy.binds:
                    if not bind.tls:
                        yield f"http://{Endpoint(bind.host or '127.0.0.1', bind.port)}{proxy.stats_uri}"

    def services(self) -> Iterator[Service]:
        """Those whose servers speak MySQL: HAProxy checks them as MySQL, or either end has MySQL's port.

        A proxy in HTTP mode, or one of another protocol in TCP mode, is never among them: a login there would
        be an outage that is none.
        """
        backends = {proxy.name: proxy for proxy in self.proxies if proxy.kind in ("backend", "listen")}
        for front in self.proxies:
            if not (front.tcp and front.binds):
                continue
            behind = [backends[name] for name in front.backends if name in backends and backends[name].tcp]
            parts = [part for part in (front, *behind) if part.servers or part.templates]
            servers = tuple(dict.fromkeys(server for part in parts for server in part.servers))
            ports = {bind.port for bind in front.binds} | {server.port for server in servers}
            if parts and (MYSQL_PORT in ports or any(part.mysql_check for part in parts)):
                templates = any(part.templates for part in parts)
                timers = tuple(replace(part.timers, client=front.timers.client) for part in parts)
                yield Service(front.binds, servers, tuple(part.name for part in parts), templates, timers)


def parse(texts: Iterable[str], environment: Mapping[str, str]) -> HaproxyConfig:
    """All files of one HAProxy, in its order. Keywords that are not about these things are passed over."""
    lines = list(lexer.lines(texts, environment))
    unix_bind = next((line for line in lines if line[:1] == ["unix-bind"]), [])
    prefix = _option(unix_bind, "prefix")
    sockets: list[str] = []
    rights: dict[str, SocketRights] = {}
    reader = _Reader()
    section = ""
    for line in lines:
        if line and line[0] in _SECTIONS:
            section = line[0]
            reader.begin(line)
        elif section == "global" and line[:2] == ["stats", "socket"] and len(line) > 2:
            for socket in _stats_socket(line[2], prefix):
                sockets.append(socket)
                rights.setdefault(socket, _rights(line, unix_bind))
        elif line and section in _PROXIES:
            reader.take(line)
    return HaproxyConfig(tuple(dict.fromkeys(sockets)), tuple(reader.proxies()), rights)


def _option(line: list[str], name: str) -> str:
    """The word behind it; empty without."""
    return next((after for word, after in pairwise(line) if word == name), "")


def _rights(line: list[str], unix_bind: list[str]) -> SocketRights:
    def said(*names: str) -> str:
        return next((found for of in (line, unix_bind) for name in names if (found := _option(of, name))), "")

    mode = said("mode")
    octal = re.fullmatch("[0-7]{1,4}", mode)
    return SocketRights(int(mode, 8) if octal else SocketRights.mode, said("group", "gid"))


def _stats_socket(place: str, prefix: str) -> Iterator[str]:
    if place.startswith(("abns@", "abnsz@")):
        yield place
    elif place.startswith("/"):
        yield f"unix:{prefix}{place}"
    elif place.startswith("unix@"):
        yield f"unix:{prefix}{place.removeprefix('unix@')}"
    else:
        for bind in _binds(place, tls=False):
            yield f"tcp:{Endpoint(bind.host or '127.0.0.1', bind.port)}"


@dataclass
class _Reader:
    """Collects proxies; each begins with what its `defaults` say."""

    _done: list[Proxy] = field(default_factory=list)
    _named: dict[str, Proxy] = field(default_factory=dict)  # sections `defaults` that have a name
    _defaults: Proxy = field(default_factory=lambda: Proxy("", "defaults"))  # the latest
    _current: Proxy | None = None

    def begin(self, line: list[str]) -> None:
        self._close()
        if line[0] not in _PROXIES:
            self._current = None
            return
        name = line[1] if len(line) > 1 and line[1] != "from" else ""
        parent = self._defaults
        if "from" in line[1:-1]:
            parent = self._named.get(line[line.index("from") + 1], parent)
        elif line[0] == "defaults":
            parent = Proxy("", "defaults")
        self._current = replace(parent, name=name, kind=line[0])

    def take(self, line: list[str]) -> None:
        if self._current:
            self._current = _with(self._current, line)

    def proxies(self) -> list[Proxy]:
        self._close()
        return self._done

    def _close(self) -> None:
        if self._current and self._current.kind == "defaults":
            self._defaults = self._named[self._current.name] = self._current
        elif self._current:
            self._done.append(self._current)
        self._current = None


def _with(proxy: Proxy, line: list[str]) -> Proxy:  # noqa: C901, PLR0911  # one for each keyword
    match line:
        case ["mode", mode, *_]:
            return replace(proxy, tcp=mode == "tcp")
        case ["bind", places, *options]:
            return replace(proxy, binds=proxy.binds + tuple(_binds(places, tls="ssl" in options)))
        case ["server", name, place, *_]:
            found = proxy.servers + tuple(_server(name, place))
            return replace(proxy, servers=found, timers=proxy.timers.taken(line))
        case ["server-template", *_]:
            return replace(proxy, templates=True)
        case ["default_backend" | "use_backend", name, *_]:
            return replace(proxy, backends=(*proxy.backends, name))
        case ["option", "mysql-check", *_]:
            return replace(proxy, mysql_check=True)
        case ["no", "option", "mysql-check", *_]:
            return replace(proxy, mysql_check=False)
        case ["stats", "uri", uri, *_]:
            return replace(proxy, stats_uri=uri)
        case ["stats", "auth", *_]:
            return replace(proxy, stats_auth=True)
        case ["stats", "enable", *_]:
            return replace(proxy, stats_uri=proxy.stats_uri or "/haproxy?stats")
        case _:
            return replace(proxy, timers=proxy.timers.taken(line))


def _binds(places: str, *, tls: bool) -> Iterator[Bind]:
    """`10.0.0.100:3306,:3307`, `*:3306`, `[::]:3306`, `:::3306`, `ipv4@…`, `:3306-3309`; sockets are none."""
    for place in (_FAMILY.sub("", one) for one in places.split(",")):
        host, _, ports = place.rpartition(":")
        first, _, last = ports.partition("-")
        if "@" in place or place.startswith("/") or not first.isdecimal():
            continue
        end = int(last) if last.isdecimal() else int(first)
        for port in range(int(first), min(end, int(first) + _MOST_PORTS - 1) + 1):
            if 1 <= port <= 65535:
                yield Bind(_host(host), port, tls)


def _host(text: str) -> str:
    """Empty for every address."""
    host = text.strip("[]")
    return "" if host in ("*", "0.0.0.0", "::") else host  # noqa: S104  # it is read, not bound


def _server(name: str, place: str) -> Iterator[Server]:
    place = _FAMILY.sub("", place)
    if "@" in place or place.startswith("/"):
        return
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place, ""
    if host:  # without, it was a variable that nobody set
        yield Server(
            name, host.strip("[]"), int(port) if port.isdecimal() and 1 <= int(port) <= 65535 else None
        )
