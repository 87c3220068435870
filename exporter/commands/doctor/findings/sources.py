"""Whether each collector reads what it is for, on each exporter's page, or from here (pure)."""

from collections.abc import Iterator

from exporter.commands.doctor.facts import Exporter, Facts
from exporter.commands.doctor.finding import Finding, error, ok, unknown, warning
from exporter.commands.doctor.findings.accounts import refused
from exporter.commands.doctor.findings.rights import SUCCESS, lacks
from exporter.commands.doctor.page import Page
from exporter.web.status.view import FAILED, PARTLY

_DOCS = "runbooks/CollectorFailing.md"
_LOG = "journalctl -u failover-exporter -n 50"


def collectors(facts: Facts) -> Iterator[Finding]:
    for one in facts.exporters:
        if isinstance(one.page, Page):
            yield from _page(facts, one, one.page)


def _page(facts: Facts, exporter: Exporter, page: Page) -> Iterator[Finding]:
    own = exporter is facts.own
    failed = page.labels(SUCCESS, "collector", 0.0)
    for collector in failed:
        if own and _explained(facts, collector):
            continue
        why = "; ".join(_texts(exporter, collector, FAILED)) or "its log says why"
        where = "here" if own else f"on {exporter.host}"
        yield error(f"The exporter {where} can't read {collector}: {why}", _log(facts, exporter), docs=_DOCS)
    for collector in page.labels(SUCCESS, "collector", 1.0):
        for text in _texts(exporter, collector, PARTLY):
            yield warning(f"{exporter.host}: a part of {collector} can't be read: {text}", docs=_DOCS)
    if not failed:
        yield ok(f"The exporter of {exporter.host} reads {', '.join(page.labels(SUCCESS, 'collector'))}")


def _explained(facts: Facts, collector: str) -> bool:
    """A right or an account that is missing is a finding of its own, and the failure its consequence."""
    return lacks(facts, collector) or refused(facts, collector)


def _texts(exporter: Exporter, collector: str, state: str) -> tuple[str, ...]:
    told = exporter.status.collectors if exporter.status else ()
    return next((one.texts for one in told if one.name == collector and one.state == state), ())


def _log(facts: Facts, exporter: Exporter) -> str:
    return _LOG if exporter is facts.own else f"ssh {exporter.host} {_LOG}"


def direct(facts: Facts) -> Iterator[Finding]:
    """While no exporter runs here: what it could read if it did."""
    if isinstance(facts.own.page, Page):
        return
    if not facts.asker.may_look:
        yield unknown(
            f"What the service could read here can't be tried by user {facts.asker.user}",
            "sudo failover-exporter doctor",
        )
        return
    for collector, why in facts.direct.items():
        if why is None:
            yield ok(f"{collector}: could be read, as the service's user")
        elif not _explained(facts, collector):
            yield error(f"{collector} can't be read, as the service's user: {why}", docs="troubleshooting.md")
