"""What one reading of HAProxy is, and how an answer becomes one."""

from dataclasses import dataclass

from exporter.errors import Denied, Unparsable
from exporter.parsing import excerpt
from exporter.sources.haproxy.parse import show_info, stats_csv

QUESTION = "show info;show stat"  # one connection for both, on every version since 1.4


@dataclass(frozen=True)
class HaproxyReading:
    running: bool  # False where nobody listens: the normal state of the passive node
    rows: tuple[stats_csv.Row, ...] = ()
    process: show_info.Process | None = None  # only the socket tells


NOT_RUNNING = HaproxyReading(running=False)


def parse_socket_answer(output: bytes) -> HaproxyReading:
    """Each command's answer ends in an empty line, and has none inside (doc/management.txt, 2.0 to 3.4)."""
    text = _decode(output)
    info, _, statistics = text.partition("\n\n")
    if "Permission denied" in info:
        raise Denied("HAProxy does not let this socket ask: it needs «level user» or more")
    if not statistics.endswith("\n\n"):
        raise Unparsable(f"the answer to «{QUESTION}» does not end in an empty line: {excerpt(text[-60:])}")
    return HaproxyReading(True, stats_csv.parse(statistics[:-1]), show_info.parse(info))


def parse_page(output: bytes) -> HaproxyReading:
    """The page `…;csv`: the statistics alone."""
    return HaproxyReading(True, stats_csv.parse(_decode(output)))


def _decode(output: bytes) -> str:
    """Names are ASCII (HAProxy takes no others); what a failed check's server said may be in any encoding."""
    if not output:
        raise Unparsable("HAProxy closed the connection without an answer")
    return output.decode(errors="replace")
