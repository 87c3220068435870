"""What is found in haproxy.cfg, on configurations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.lab import haproxy
from deploy.lab.topologies import TOPOLOGIES
from exporter.sources.haproxy.configuration.haproxy_cfg import Bind, HaproxyConfig, Server, parse

ARTICLE = """
global
    stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners
    stats timeout 30s
    user haproxy
defaults
    log     global
    mode    http
    option  httplog
listen galera-cluster
    bind 10.0.0.100:3306
    mode tcp
    balance roundrobin
    option mysql-check user haproxy
    server galera-node01 10.0.0.21:3306 check
    server galera-node02 10.0.0.22:3306 check
    server galera-node03 10.0.0.23:3306 check backup
frontend www
    bind *:80
    default_backend app
backend app
    server app1 10.0.0.51:8080 check
listen stats
    bind *:8404
    stats enable
    stats uri /haproxy
"""


def read(text: str) -> HaproxyConfig:
    return parse([text], {})


def test_the_usual_pair() -> None:
    """The stats socket, the MySQL service with its servers; the web service beside it is none."""
    config = read(ARTICLE)
    assert config.sockets == ("unix:/run/haproxy/admin.sock",)
    (service,) = config.services()
    assert service.binds == (Bind("10.0.0.100", 3306),)
    assert service.servers == tuple(Server(f"galera-node0{n}", f"10.0.0.2{n}", 3306) for n in (1, 2, 3))
    assert list(config.pages()) == ["http://127.0.0.1:8404/haproxy"]


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_the_lab(name: str) -> None:
    """Each address of the lab's clusters with its port, and all of their servers."""
    topology = TOPOLOGIES[name]
    config = read(haproxy.config(topology))
    (service,) = config.services()
    assert service.binds == tuple(Bind(vip, topology.port) for vip in topology.vips)
    assert {(one.name, one.host) for one in service.servers} == {
        (db.name, db.reached) for db in topology.databases
    }


@pytest.mark.parametrize(
    ("text", "binds"),
    [
        ("bind 10.0.0.1:3306,10.0.0.2:3306 transparent", [Bind("10.0.0.1", 3306), Bind("10.0.0.2", 3306)]),
        ("bind *:3306", [Bind("", 3306)]),
        ("bind :3306-3308", [Bind("", 3306), Bind("", 3307), Bind("", 3308)]),
        ("bind :::3306 v4v6", [Bind("", 3306)]),
        ("bind [2001:db8::1]:3306", [Bind("2001:db8::1", 3306)]),
        ("bind 2001:db8::1:3306", [Bind("2001:db8::1", 3306)]),
        ("bind ipv4@10.0.0.1:3306", [Bind("10.0.0.1", 3306)]),
        ("bind 10.0.0.1:3306 ssl crt /x.pem", [Bind("10.0.0.1", 3306, tls=True)]),
        ("bind /run/mysql.sock\n bind unix@/x\n bind abns@x\n bind fd@3", []),
    ],
)
def test_where_a_proxy_listens(text: str, binds: list[Bind]) -> None:
    """All forms that the manual has for `bind`; sockets are no place for clients of an address."""
    (proxy,) = read(f"listen db\n mode tcp\n {text}\n").proxies
    assert list(proxy.binds) == binds


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("server a 10.0.0.1:3306", [Server("a", "10.0.0.1", 3306)]),
        ("server a 10.0.0.1", [Server("a", "10.0.0.1", None)]),
        ("server a db1.example.com:3306 check", [Server("a", "db1.example.com", 3306)]),
        ("server a [2001:db8::1]:3306", [Server("a", "2001:db8::1", 3306)]),
        ("server a ipv4@10.0.0.1:3306", [Server("a", "10.0.0.1", 3306)]),
        ('server a "${NOT_SET}:3306"', []),
        ("server a unix@/run/mysqld.sock\n server b /run/x", []),
    ],
)
def test_servers(text: str, servers: list[Server]) -> None:
    """All forms that the manual has for `server`."""
    (proxy,) = read(f"backend db\n {text}\n").proxies
    assert list(proxy.servers) == servers


@pytest.mark.parametrize(
    ("text", "sockets"),
    [
        ("stats socket ipv4@127.0.0.1:9999 level admin", ("tcp:127.0.0.1:9999",)),
        ("stats socket unix@/run/h.sock", ("unix:/run/h.sock",)),
        ("stats socket abns@stats", ("abns@stats",)),
        ("unix-bind prefix /srv mode 600\n stats socket /h.sock", ("unix:/srv/h.sock",)),
        ("stats socket /a\n stats socket /b\n stats socket fd@4", ("unix:/a", "unix:/b")),
    ],
)
def test_stats_sockets(text: str, sockets: tuple[str, ...]) -> None:
    """As `haproxy.stats` of our configuration takes them."""
    assert read(f"global\n {text}\n").sockets == sockets


def test_defaults_count_for_what_follows_and_by_name() -> None:
    """A section takes from the latest `defaults`, or from the one it names; `no` takes back."""
    text = """
defaults plain
  mode http
defaults db from plain
  mode tcp
  option mysql-check user x
frontend web
  bind :80
defaults other
  mode http
listen one from db
  bind :4000
  server a 10.0.0.1:4001
listen two from db
  no option mysql-check
  bind :5000
  server b 10.0.0.1:5001
"""
    config = read(text)
    assert [(one.name, one.tcp, one.mysql_check) for one in config.proxies] == [
        ("web", True, True),
        ("one", True, True),
        ("two", True, False),
    ]
    assert [service.proxies for service in config.services()] == [("one",)]


def test_another_protocol_is_not_probed() -> None:
    """Redis in TCP mode, and HTTP on any port, are no MySQL services; what is checked as MySQL is one."""
    text = """
defaults
  mode tcp
listen redis
  bind :6379
  server r 10.0.0.1:6379 check
listen web
  mode http
  bind :3306
  server w 10.0.0.1:3306
listen reads
  bind :3307
  option mysql-check user haproxy
  server a 10.0.0.1:13306
"""
    assert [service.binds for service in read(text).services()] == [(Bind("", 3307),)]


def test_several_files_are_one_configuration() -> None:
    """As HAProxy reads `-f a -f b`: a section may end with its file, defaults go on."""
    config = parse(["defaults\n mode tcp\n", "listen db\n bind :3306\n server a 10.0.0.1:3306\n"], {})
    assert len(list(config.services())) == 1


def test_a_page_with_a_password_is_not_taken() -> None:
    """The exporter has no password for it; over TLS it would not know the authority."""
    text = "listen s\n mode http\n bind :8404\n stats uri /s\n stats auth a:b\n"
    assert list(read(text).pages()) == []
    assert list(read(text.replace(" stats auth a:b\n", "")).pages()) == ["http://127.0.0.1:8404/s"]


@given(
    st.lists(st.sampled_from([*ARTICLE.splitlines(), "bind", "server x", "defaults from", "mode", "stats"]))
)
def test_any_order_of_lines_is_read(lines: list[str]) -> None:
    """Half a configuration, or one that HAProxy would refuse, raises nothing."""
    list(read("\n".join(lines)).services())
