"""Attacks on the pages: connections, requests and readers."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.trials.attack import clients, doubles
from tests.trials.attack.observer import Observed, observing
from tests.trials.attack.results import Outcome
from tests.trials.attack.target import Figures, Target, running

AREA = "pages"
MANY = 1100  # connections; the exporter has 1,024 descriptors
HOLD_SECONDS = 12.0  # more than a first request's head may take
MEMORY_BOUND = 100e6  # bytes that slow readers may cost
LOG_BOUND = 2000  # bytes: a line or two
READERS = 30
MALFORMED = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9000 + b"\r\n\r\n",
    b"\x00\x1b[31m\r\n\r\n",
)


def attacks() -> Iterator[Outcome]:
    with target() as small:
        yield idle_connections(small)
        yield half_requests(small)
        yield abandoned_requests(small)
        yield malformed_requests(small)
    with target(doubles.SERVERS) as large:
        yield slow_readers(large)
        yield readers_of_their_own_pages(large)
        yield more_readers_than_pages(large)


@contextmanager
def target(servers: int = 0) -> Iterator[Target]:
    with TemporaryDirectory(prefix="attack-") as folder, running(Path(folder), servers=servers) as one:
        one.get()
        yield one


def unharmed(observed: Observed, before: Figures, after: Figures) -> bool:
    """Scrapes were answered, the prober was in time, and the log is short."""
    logged = after.log_bytes - before.log_bytes
    return observed.all_answered and in_time(before, after) and logged < LOG_BOUND


def in_time(before: Figures, after: Figures) -> bool:
    """Two attempts may be late: the machine is not the exporter's alone."""
    return after.late - before.late <= 2


def said(observed: Observed, before: Figures, after: Figures) -> str:
    late, attempts = after.late - before.late, after.attempts - before.attempts
    logged = after.log_bytes - before.log_bytes
    return f"{observed}; {late:.0f} of {attempts:.0f} attempts late; {logged} bytes of log"


def idle_connections(one: Target) -> Outcome:
    before = one.figures()
    with observing(one) as observed, clients.connections(one, MANY):
        time.sleep(HOLD_SECONDS)
    after = one.figures()
    return Outcome(
        AREA,
        f"{MANY:,} idle connections for {HOLD_SECONDS:.0f} s, the process has 1,024 descriptors",
        "every scrape is answered, at most two attempts of the prober are late, a line or two are logged",
        said(observed, before, after),
        unharmed(observed, before, after),
    )


def half_requests(one: Target) -> Outcome:
    before = one.figures()
    with observing(one) as observed, clients.connections(one, MANY, clients.HALF) as held:
        clients.drip(held, HOLD_SECONDS)
    after = one.figures()
    return Outcome(
        AREA,
        f"{MANY:,} half requests, each of which sends a header now and then",
        "the same",
        said(observed, before, after),
        unharmed(observed, before, after),
    )


def abandoned_requests(one: Target) -> Outcome:
    before = one.figures()
    with observing(one) as observed:
        for _ in range(500):
            clients.leave(one, clients.GET)
    after = one.figures()
    return Outcome(
        AREA,
        "500 clients that ask for the page and leave",
        "their pages end: less than 3 s of CPU, scrapes are answered",
        f"{observed}; {after.cpu - before.cpu:.1f} s of CPU",
        observed.all_answered and after.cpu - before.cpu < 3,
    )


def malformed_requests(one: Target) -> Outcome:
    before = one.log
    answers = [clients.ask(one, request) for _ in range(100) for request in MALFORMED]
    refused = sum(b" 400 " in answer.partition(b"\r\n")[0] for answer in answers)
    versions = sum(b"Python" in answer or b"aiohttp" in answer for answer in answers)
    lines = one.new_lines(before)
    traces = sum("Traceback" in line for line in lines)
    return Outcome(
        AREA,
        f"{len(answers)} malformed requests",
        "each is answered with 400 that names no version, one line is logged, no trace",
        f"{refused} answered with 400, {versions} name a version; {len(lines)} lines, {traces} traces",
        refused == len(answers) and not versions and not traces and len(lines) <= 1,
    )


def slow_readers(one: Target) -> Outcome:
    size = len(one.get()[1])
    before = one.figures()
    with observing(one) as observed, clients.connections(one, READERS, clients.GET, receive_buffer=4096):
        time.sleep(5)
        during = one.figures()
    grown = during.resident - before.resident
    return Outcome(
        AREA,
        f"{READERS} readers that take nothing of a page of {size / 1e6:.1f} MB",
        f"less than {MEMORY_BOUND / 1e6:.0f} MB of memory, scrapes are answered",
        f"{observed}; {max(0, grown) / 1e6:.0f} MB more",
        observed.all_answered and grown < MEMORY_BOUND,
    )


def readers_of_their_own_pages(one: Target) -> Outcome:
    """Another timeout is another page: nothing is shared."""
    before = one.figures()
    with ExitStack() as stack:
        observed = stack.enter_context(observing(one))
        for number in range(READERS // 2):
            timeout = f"X-Prometheus-Scrape-Timeout-Seconds: {20 + number}\r\n\r\n".encode()
            request = clients.HALF + timeout
            stack.enter_context(clients.connections(one, 1, request, receive_buffer=4096))
            time.sleep(2)
        during = one.figures()
    grown = during.resident - before.resident
    return Outcome(
        AREA,
        f"{READERS // 2} such readers, each of a page of its own, one every two seconds",
        "less than 150 MB of memory, scrapes are answered",
        f"{observed}; {max(0, grown) / 1e6:.0f} MB more",
        observed.all_answered and grown < 150e6,
    )


def more_readers_than_pages(one: Target) -> Outcome:
    before = one.figures()
    with clients.connections(one, 60, clients.GET, receive_buffer=4096):
        time.sleep(5)  # from then on the slowest makes room
        with observing(one) as observed:
            time.sleep(5)
    after = one.figures()
    return Outcome(
        AREA,
        "60 such readers, more than --web.max-requests (40)",
        "whoever takes the page makes those who don't make room: every scrape is answered",
        said(observed, before, after),
        observed.all_answered and in_time(before, after),
    )
