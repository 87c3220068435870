"""What was seen becomes a configuration, and sentences about what is there and what is not."""

from dataclasses import replace

from exporter.autodetect.found import Account, Seen, configure
from exporter.sources.haproxy.configuration.haproxy_cfg import Server, parse
from tests.sources.haproxy.configuration.test_haproxy_cfg import ARTICLE

GALERA, PROBE = Account("/etc/f/galera.cnf", there=True), Account("/etc/f/probe.cnf", there=True)
BALANCER = Seen(
    GALERA,
    PROBE,
    pacemaker=True,
    corosync=True,
    haproxy=parse([ARTICLE], {}),
    haproxy_files=("/etc/haproxy/haproxy.cfg",),
    addresses=("10.0.0.100",),
)


def test_a_balancer_is_configured_whole() -> None:
    """Each section that a person would have written, and nothing is missing."""
    found = configure(BALANCER)
    config = found.config
    assert config and config.pacemaker and config.corosync and config.haproxy and config.galera
    assert config.haproxy.stats == "unix:/run/haproxy/admin.sock"
    assert config.galera.nodes == {f"galera-node0{n}": f"10.0.0.2{n}:3306" for n in (1, 2, 3)}
    assert [(vip.address, vip.port, vip.client_file) for vip in config.vips] == [
        ("10.0.0.100", 3306, "/etc/f/probe.cnf")
    ]
    assert (found.missing, found.complete) == ((), True)
    assert any("10.0.0.100:3306" in line for line in found.said)


def test_without_accounts_it_does_what_needs_none() -> None:
    """The probe goes without login, the Galera nodes are not asked; a line for each says what to do."""
    nobody = replace(
        BALANCER,
        galera_account=replace(GALERA, there=False),
        probe_account=replace(PROBE, there=False),
    )
    found = configure(nobody)
    assert found.config and found.config.galera is None
    assert [vip.client_file for vip in found.config.vips] == [None]
    assert ["galera.cnf" in found.missing[0], "probe.cnf" in found.missing[1]] == [True, True]


def test_before_pacemaker_answers_the_rest_is_on() -> None:
    """At boot its tools are there and it can't be asked: no address yet, and it is worth looking again."""
    found = configure(replace(BALANCER, addresses=None, troubles=("Pacemaker can't be asked yet",)))
    assert found.config and found.config.pacemaker and found.config.haproxy
    assert found.config.vips == ()
    assert not found.complete
    assert "Pacemaker can't be asked yet" in found.missing


def test_an_address_without_mysql_is_only_watched() -> None:
    """That of a web service beside it: who holds it is reported, nobody logs in there."""
    web = replace(BALANCER, haproxy=parse(["listen web\n mode http\n bind 10.0.0.100:80\n"], {}))
    found = configure(web)
    assert found.config and [(vip.address, vip.port) for vip in found.config.vips] == [("10.0.0.100", None)]
    assert any("no MySQL service" in line for line in found.missing)


def test_a_host_without_any_of_it_has_no_configuration() -> None:
    """A plain host, as one where clients are: there somebody has to name the address."""
    assert configure(Seen(GALERA, PROBE)).config is None


def test_a_read_write_split_has_each_server_once() -> None:
    """Two ports on one address, the same servers behind both; a wildcard bind is on each address."""
    text = """
listen writes
  mode tcp
  bind *:3306
  server a 10.0.0.1:3306
listen reads
  mode tcp
  bind 10.0.0.100:3307
  server a 10.0.0.1:3306
  server b 10.0.0.2:3306
"""
    found = configure(replace(BALANCER, haproxy=parse([text], {}), addresses=("10.0.0.100", "10.0.0.101")))
    assert found.config and found.config.galera
    assert [(vip.address, vip.port) for vip in found.config.vips] == [
        ("10.0.0.100", 3306),
        ("10.0.0.100", 3307),
        ("10.0.0.101", 3306),
    ]
    assert found.config.galera.nodes == {"a": "10.0.0.1:3306", "b": "10.0.0.2:3306"}


def test_servers_from_dns_have_the_addresses_of_the_socket() -> None:
    """`server-template` names no address; HAProxy's own socket does."""
    text = "listen db\n mode tcp\n bind :3306\n server-template db 3 db.example.com:3306 check\n"
    live = {"db": (Server("db1", "10.0.0.1", 3306), Server("db2", "10.0.0.2", 3306))}
    found = configure(replace(BALANCER, haproxy=parse([text], {}), live_servers=live))
    assert found.config and found.config.galera
    assert found.config.galera.nodes == {"db1": "10.0.0.1:3306", "db2": "10.0.0.2:3306"}
