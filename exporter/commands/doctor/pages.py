"""Pages of exporters: this host's, those that are named, and those of the cluster's other nodes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from exporter.commands.doctor.facts import Exporter
from exporter.commands.doctor.options import DoctorOptions
from exporter.commands.doctor.page import Page, parse
from exporter.config import Config
from exporter.endpoint import bracketed
from exporter.errors import SourceError, Unparsable
from exporter.sources.corosync.parse.cmapctl import parse_map
from exporter.sources.corosync.parse.configuration import CONFIGURATION_KEYS, parse_configuration
from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.transports import command, http
from exporter.transports.deadline import Deadline
from exporter.web.status.record import from_object
from exporter.web.status.view import View

PAGE_SECONDS = 10.0  # a source may hang for its time-out of mostly 5 s, then the rest is told
PEER_SECONDS = 2 * PAGE_SECONDS  # an address that drops what is sent to it, then the next one
_TOOL_SECONDS = 5.0
_HOLDER = "failover_holder"
_MEMBERS, _NODES = "ha_cluster_corosync_member_votes", "ha_cluster_pacemaker_nodes"


def read(host: str, url: str, options: DoctorOptions, *, named: bool = True) -> Exporter:
    """Its page and its status. Raises OSError where the file with the password can't be read."""
    base, trust = url.rstrip("/"), http.Trust(options.ca_file)
    try:
        body = http.get(options.account.within(f"{base}/metrics"), Deadline.after(PAGE_SECONDS), trust)
        found = Exporter(host, base, parse(body.decode(errors="replace")), named=named)
    except SourceError as error:
        return Exporter(host, base, error, named=named)
    try:
        answer = http.get(options.account.within(f"{base}/status.json"), Deadline.after(PAGE_SECONDS), trust)
        return replace(found, status=_status(answer))
    except SourceError:
        return found  # of a version without one, or it is too slow now


def _status(answer: bytes) -> View:
    try:
        return from_object(json.loads(answer))
    except ValueError:
        raise Unparsable("no status of a failover-exporter") from None


def named_peer(url: str, options: DoctorOptions) -> Exporter:
    """By the name that its status gives, else the host of its URL."""
    found = read(urlsplit(url).hostname or url, url, options)
    return replace(found, host=found.status.host) if found.status else found


def other_nodes(page: Page, own: str) -> tuple[str, ...]:
    """The cluster's other nodes, by Pacemaker, Corosync or Keepalived."""
    local = {own.lower(), *map(str.lower, page.labels(_MEMBERS, "node", local="true"))}
    nodes = (
        page.labels(_NODES, "node", type="member")
        or page.labels(_MEMBERS, "node", local="false")
        or page.labels(_HOLDER, "node")
    )
    return tuple(node for node in nodes if node.lower() not in local)


def addresses(config: Config | None) -> Mapping[str, Sequence[str]]:
    """Of the nodes in corosync.conf by name; none where Corosync does not say."""
    corosync = (config.corosync if config else None) or CorosyncOptions()
    try:
        done = command.run((corosync.cmapctl_path, *CONFIGURATION_KEYS), Deadline.after(_TOOL_SECONDS))
        nodes = parse_configuration(parse_map(done.stdout)).nodes.values() if not done.returncode else ()
    except SourceError:
        return {}
    return {node.name: tuple(node.addresses.values()) for node in nodes}


def found_peer(node: str, at: Sequence[str], options: DoctorOptions) -> Exporter:
    """At the node's name, then its addresses, with the scheme and port of this host's exporter."""
    for host in dict.fromkeys([node, *at]):
        found = read(node, _beside(options.url, host), options, named=False)
        if isinstance(found.page, Page):
            return found
    return found


def _beside(url: str, host: str) -> str:
    """The same URL on another host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{bracketed(host)}{f':{parts.port}' if parts.port else ''}"
