"""The accounts in the databases: does the login work, and may it do as little as it needs (pure)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from exporter.commands.doctor import grants
from exporter.commands.doctor.facts import Facts, Login
from exporter.commands.doctor.finding import Finding, error, info, ok, unknown, warning
from exporter.commands.doctor.page import Page
from exporter.errors import Denied

DOCS = "mysql.md"
WRITES = frozenset({"CREATE", "INSERT", "SELECT", "DELETE"})  # of the write probe, on its schema
_OK = "vip_probe_account_ok"


def logins(facts: Facts) -> Iterator[Finding]:
    """One finding for all servers that say the same of an account."""
    for (key, _), tried in _by_account(facts).items():
        told: dict[str, list[Login]] = defaultdict(list)
        for one in tried:
            told[_sentence(one)].append(one)
        for sentence, same in told.items():
            where = ", ".join(one.at for one in same)
            yield _finding(key, sentence, where, same[0])


def _by_account(facts: Facts) -> dict[tuple[str, str], list[Login]]:
    found: dict[tuple[str, str], list[Login]] = defaultdict(list)
    for one in facts.logins:
        found[one.key, one.file].append(one)
    return found


def _sentence(one: Login) -> str:
    if one.error is None:
        return "logs in"
    return str(one.error).removeprefix(f"{one.at}: ")


def _finding(key: str, sentence: str, where: str, one: Login) -> Finding:
    text = f"{key} ({one.file}): {sentence}, at {where}"
    if one.error is None:
        return ok(f"{key}: {one.user} logs in at {where}")
    if isinstance(one.error, Denied):
        return error(text, f"ALTER USER {_name(one)} IDENTIFIED BY '…';   # as in {one.file}", docs=DOCS)
    return unknown(f"Whether the account of {key} is accepted: {sentence}, at {where}", docs=DOCS)


def _name(one: Login) -> str:
    user, _, host = one.account.rpartition("@")
    return f"'{user or one.user}'@'{host or '%'}'"


def rights(facts: Facts) -> Iterator[Finding]:
    """What the accounts may do, by SHOW GRANTS of the first server that said it."""
    for (key, _), tried in _by_account(facts).items():
        for one in (each for each in tried if each.error is None):
            if one.grants is not None:
                yield from _granted(key, one, one.grants)
                break
        else:
            if any(each.error is None for each in tried):
                yield unknown(f"{key}: no server would say what the account may do", docs=DOCS)


def _granted(key: str, one: Login, granted: Sequence[grants.Grant]) -> Iterator[Finding]:
    wanted, on = (WRITES, f"{one.schema}.*") if one.schema else (frozenset[str](), "*.*")
    if lacking := grants.missing(granted, wanted, on):
        privileges = ", ".join(sorted(lacking))
        text = f"{key}: the account {one.account} lacks {privileges} on {on}"
        yield error(text, f"GRANT {privileges} ON {on} TO {_name(one)};", docs=DOCS)
    more = grants.beyond(granted, wanted, on)
    if more:
        said = "; ".join(map(str, more))
        needs = f"{', '.join(sorted(wanted))} on {on}" if wanted else "no privilege"
        text = f"{key}: the account {one.account} may do more than it needs ({needs}): {said}"
        yield warning(text, *(grants.revoke(each, one.account) for each in more), docs=DOCS)
    if not lacking and not more:
        yield ok(f"{key}: the account {one.account} may do what it needs, and nothing else")


def without(facts: Facts) -> Iterator[Finding]:
    """Ports that are probed as nobody."""
    if ports := facts.configured.without_account:
        yield info(
            f"{', '.join(ports)}: probed without an account, so each attempt is an aborted connect to the "
            "server, and nobody says which node answered",
            "failover-exporter setup",
            docs="configuration.md",
        )


def by_page(facts: Facts) -> Iterator[Finding]:
    """Where the accounts could not be tried from here: what the prober says of its own."""
    tried = {one.at for one in facts.logins if one.error is None or isinstance(one.error, Denied)}
    page = facts.own.page
    for labels, value in page.series(_OK) if isinstance(page, Page) else ():
        where = f"{labels['vip']}:{labels['port']}"
        if value == 0 and where not in tried:
            text = f"The servers behind {where} refuse the account of the probe"
            yield error(text, docs="runbooks/ProbeAccountRefused.md")


def refused(facts: Facts, collector: str) -> bool:
    """An account that this collector needs is refused, or its file can't be used: a finding of its own."""
    key = "vips[" if collector == "vip" else f"{collector}."
    return any(one.key.startswith(key) and isinstance(one.error, Denied) for one in facts.logins) or any(
        one.error and one.text.startswith(f"{key}") and "client_file" in one.text
        for one in facts.configured.mistakes
    )
