"""Asks Prometheus what it scrapes, which rules it has, and whom it notifies."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlsplit

from exporter.commands.doctor import prometheus_answers as answers
from exporter.commands.doctor.facts import Alertmanager, Exporter, Prometheus, Target
from exporter.commands.doctor.options import DoctorOptions
from exporter.commands.doctor.together import together
from exporter.endpoint import Endpoint, bracketed
from exporter.errors import SourceError, Unparsable
from exporter.rules.groups import ALERTS
from exporter.transports import http, interfaces
from exporter.transports.deadline import Deadline
from exporter.transports.names import first_address

SECONDS = 10.0
READY_SECONDS = 3.0  # of an Alertmanager, and for names
_UNDELIVERED = "sum(increase(prometheus_notifications_errors_total[10m]))"
_PATHS = (
    "targets?state=active",
    "rules?type=alert",
    "alertmanagers",
    f"query?query={quote(_UNDELIVERED)}",
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

T = TypeVar("T")


def ask(options: DoctorOptions, exporters: Sequence[Exporter]) -> Prometheus | None:
    """None where no Prometheus was named. Raises OSError where the file with the password can't be read."""
    if options.prometheus is None:
        return None
    url = options.prometheus.rstrip("/")
    said = together({path: partial(_get, options, f"{url}/api/v1/{path}") for path in _PATHS}, SECONDS + 1)
    targets, rules, alertmanagers, undelivered = said.values()
    return Prometheus(
        url,
        _matched(_read(answers.targets, targets), options, exporters),
        _read(answers.rules, rules),
        _ready(_read(answers.alertmanagers, alertmanagers), url, options),
        _or_none(_read(answers.scalar, undelivered)),
        frozenset(ALERTS),
    )


def _get(options: DoctorOptions, url: str) -> answers.Answer:
    whole = options.prometheus_account.within(url)
    body = http.get(whole, Deadline.after(SECONDS), http.Trust(options.ca_file))
    try:
        return answers.data(json.loads(body))
    except ValueError:
        raise Unparsable(f"{url}: not JSON: is this Prometheus?") from None
    except Unparsable as error:
        raise Unparsable(f"{url}: {error}") from None


def _read(parse: Callable[[answers.Answer], T], answer: answers.Answer | SourceError) -> T | SourceError:
    if isinstance(answer, SourceError):
        return answer
    try:
        return parse(answer)
    except SourceError as error:
        return error


def _or_none(value: float | SourceError | None) -> float | None:
    return None if isinstance(value, SourceError) else value


def _matched(
    targets: Sequence[Target] | SourceError, options: DoctorOptions, exporters: Sequence[Exporter]
) -> Sequence[Target] | SourceError:
    """Each with the hosts whose exporter it is: by name or address, and port."""
    if isinstance(targets, SourceError):
        return targets
    urls = [*(each.url for each in targets), *(one.url for one in exporters)]
    hosts = [answers.host_and_port(url)[0] for url in urls]
    known = together({host: partial(first_address, Endpoint(host, 0)) for host in hosts}, READY_SECONDS)
    here = _is_here(options.prometheus or "")
    own = _own_addresses(loopback=here)

    def is_of(one: Exporter, target: Target) -> bool:
        host, port = answers.host_and_port(target.url)
        other, served = answers.host_and_port(one.url)
        if port != served:
            return False
        names = {one.host.lower(), other} - set(_LOOPBACK)
        at = own if one is exporters[0] else {str(known[other])}
        return host in names or host.partition(".")[0] in names or str(known[host]) in at

    return [
        replace(each, hosts=frozenset(one.host for one in exporters if is_of(one, each))) for each in targets
    ]


def _own_addresses(*, loopback: bool) -> set[str]:
    """Of this host; Prometheus' loopback is this host's only where it runs here."""
    found = {one.address for each in interfaces.interfaces().values() for one in each if one.kind != "mac"}
    return found if loopback else {one for one in found if not one.startswith("127.") and one != "::1"}


def _is_here(url: str) -> bool:
    return interfaces.is_here(urlsplit(url).hostname or "")


def _ready(
    urls: Sequence[str] | SourceError, prometheus: str, options: DoctorOptions
) -> Sequence[Alertmanager] | SourceError:
    """Each is asked from here, without an account: a password is for Prometheus alone."""
    if isinstance(urls, SourceError):
        return urls
    trust = http.Trust(options.ca_file)

    def ready(url: str) -> bytes:
        return http.get(f"{_seen_from_here(url, prometheus)}/-/ready", Deadline.after(READY_SECONDS), trust)

    said = together({url: partial(ready, url) for url in urls}, READY_SECONDS + 0.5)
    return [
        Alertmanager(url, answer if isinstance(answer, SourceError) else None) for url, answer in said.items()
    ]


def _seen_from_here(url: str, prometheus: str) -> str:
    """What Prometheus calls localhost is its own host."""
    parts = urlsplit(url)
    if parts.hostname not in _LOOPBACK:
        return url
    host = bracketed(urlsplit(prometheus).hostname or "")
    return parts._replace(netloc=f"{host}{f':{parts.port}' if parts.port else ''}").geturl()
