"""The exporter itself: its configuration, and whether it runs (pure)."""

from collections.abc import Iterator

from exporter.commands.doctor.facts import Facts
from exporter.commands.doctor.finding import Finding, error, info, ok, unknown, warning
from exporter.commands.doctor.page import Page
from exporter.errors import Denied, Refused, SourceError

_BUILD, _RELOADED = "failover_exporter_build_info", "failover_exporter_config_last_reload_successful"
AS_ROOT = "sudo failover-exporter doctor"


def configuration(facts: Facts) -> Iterator[Finding]:
    now = facts.configured
    if now.closed:
        yield unknown(
            f"{now.path} can't be read by user {facts.asker.user}: accounts and what the service may read "
            "were not looked at",
            AS_ROOT,
        )
        return
    if now.error:
        text = f"The configuration can't be used: {now.error}"
        yield error(text, "failover-exporter --check-config", docs="configuration.md")
        return
    for one in now.mistakes:
        say = error if one.error else warning
        yield say(one.text, "failover-exporter --check-config", docs="configuration.md")
    if not facts.asker.may_look:
        yield unknown(
            "Whether the service's user can use its files was not looked at: that takes root, not user "
            f"{facts.asker.user}",
            AS_ROOT,
        )
    elif not any(one.error for one in now.mistakes):
        where = now.path or "No configuration file, this host shows what to watch"
        yield ok(f"{where}: no mistakes; watched: {', '.join(sorted(now.sections))}")


def running(facts: Facts) -> Iterator[Finding]:
    page = facts.own.page
    if isinstance(page, SourceError):
        yield _silent(page)
        return
    if not page.has(_BUILD):
        yield error(f"What answers at {facts.own.url} is no failover-exporter: is --url right?")
        return
    (version, *_) = page.labels(_BUILD, "version")
    yield ok(f"An exporter of version {version} answers at {facts.own.url}")


def _silent(why: SourceError) -> Finding:
    if isinstance(why, Denied):
        return unknown(f"{why} (--user and --password-file): the exporter here was not looked at")
    if isinstance(why, Refused):
        return error(
            f"No exporter answers here: {why}. If it serves elsewhere, --url says where",
            "systemctl enable --now failover-exporter",
            "journalctl -u failover-exporter -n 50",
            docs="troubleshooting.md",
        )
    return error(f"The exporter here can't be read: {why}", "systemctl status failover-exporter")


def reloaded(facts: Facts) -> Iterator[Finding]:
    page = facts.own.page
    if isinstance(page, Page) and page.value(_RELOADED) == 0:
        yield error(
            "The exporter that runs refused its changed configuration and goes on with the one before",
            "failover-exporter --check-config",
            "systemctl reload failover-exporter",
            docs="runbooks/ExporterReloadFailed.md",
        )


def sections(facts: Facts) -> Iterator[Finding]:
    """A balancer that watches a part only."""
    on = facts.configured.sections
    off = [name for name in ("corosync", "haproxy", "galera", "vips") if name not in on]
    if "pacemaker" in on and off:
        yield info(
            f"Not watched from here, as the configuration has no section for it: {', '.join(off)}",
            "failover-exporter setup",
            docs="configuration.md",
        )
