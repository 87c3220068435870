"""A configuration as a file with comments."""

from collections.abc import Iterator
from itertools import chain, combinations

import yaml

from exporter.config import Config
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.watchers.prober.options import Vip

_HEAD = """\
# What failover-exporter watches, as `failover-exporter setup` found it on this host. It counts whole: what is
# not in it is off. After a change: failover-exporter --check-config && systemctl reload failover-exporter
# Every key: docs/configuration.md
"""


def text(config: Config, accounts_there: frozenset[str]) -> str:
    """As YAML. What needs an option file that isn't there yet is a comment, to be opened once it is."""
    return "\n".join([_HEAD, *_sections(config, accounts_there), ""])


def is_own(written: str, config: Config, accounts: frozenset[str]) -> bool:
    """Whether it is what setup writes for this configuration, whichever of its accounts were there."""
    some = chain.from_iterable(combinations(sorted(accounts), size) for size in range(len(accounts) + 1))
    return any(written == text(config, frozenset(there)) for there in some)


def _sections(config: Config, accounts_there: frozenset[str]) -> Iterator[str]:
    if config.pacemaker:
        yield "# crm_mon and cibadmin; moves and restarts are told apart by it\npacemaker: {}\n"
    if config.corosync:
        yield "# quorum and links\ncorosync: {}\n"
    if config.keepalived:
        yield "# VRRP state and priorities; moves and restarts are told apart by it\nkeepalived: {}\n"
    if config.haproxy:
        yield f"haproxy:\n  stats: {_scalar(config.haproxy.stats)}\n"
    if config.galera:
        yield _galera(config.galera, there=config.galera.client_file in accounts_there)
    if config.vips:
        yield "".join(
            [
                "# the floating addresses, probed as a client uses them\nvips:\n",
                *_vips(config.vips, accounts_there),
            ]
        )
    yield f"# of failovers, for `failover-exporter events`\njournal: {_scalar(config.journal)}"


def _galera(galera: GaleraOptions, *, there: bool) -> str:
    """HAProxy's servers."""
    listed = "".join(f"    {_scalar(name)}: {_scalar(at)}\n" for name, at in galera.nodes.items())
    section = f"galera:\n  client_file: {_scalar(galera.client_file)}\n  nodes:\n{listed}"
    if there:
        return f"# the nodes themselves, by HAProxy's servers\n{section}"
    hint = (
        f"# the nodes themselves, by HAProxy's servers: take the # away once {galera.client_file} is there\n"
    )
    return hint + "".join(f"#{line}\n" for line in section.splitlines())


def _vips(vips: tuple[Vip, ...], accounts_there: frozenset[str]) -> Iterator[str]:
    for vip in vips:
        yield f"  - address: {_scalar(vip.address)}\n"
        if vip.port:
            yield f"    port: {vip.port}\n"
        else:
            yield "    # port: 3306   # with it, logins through the address are tried all the time\n"
        if vip.client_file in accounts_there:
            yield f"    client_file: {_scalar(str(vip.client_file))}\n"
        elif vip.client_file:
            yield f"    # client_file: {_scalar(vip.client_file)}   # who answers; once the file is there\n"


def _scalar(value: str) -> str:
    """In quotes where YAML needs them."""
    return yaml.safe_dump(value, width=10_000, allow_unicode=True).removesuffix("\n").removesuffix("\n...")
