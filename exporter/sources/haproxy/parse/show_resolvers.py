"""Read `show resolvers`: what was asked of each name server, and what came back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.parsing import integer
from exporter.sources.haproxy.fields.name_servers import COUNTS

_SECTION = re.compile(r"Resolvers section (.+)")
_SERVER = re.compile(r" nameserver (.+):")
_COUNT = re.compile(r"  ([a-z_]+): *(\S+)")


@dataclass(frozen=True)
class NameServer:
    resolver: str  # name of the `resolvers` section
    name: str
    counts: Mapping[str, int]  # by the line's name; those that are known


def parse(text: str) -> tuple[NameServer, ...]:
    """Each name server of each section; other lines are another command's, or say that there is none.

    From 1.6 on; from 2.5 there is a section `default`, made of /etc/resolv.conf:

    Resolvers section mydns
     nameserver dns1:
      sent:        12
      snd_error:   0
    """
    servers: list[NameServer] = []
    section, counts = "", dict[str, int]()
    for line in text.splitlines():
        if match := _SECTION.fullmatch(line):
            section, counts = match[1], {}
        elif (match := _SERVER.fullmatch(line)) and section:
            counts = {}
            servers.append(NameServer(section, match[1], counts))
        elif (match := _COUNT.fullmatch(line)) and section and match[1] in COUNTS:
            counts[match[1]] = integer(match[2], f"show resolvers: {match[1]}")
    return tuple(servers)
