"""The accounts of the configuration, each tried once on each server that it is for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from exporter.commands.doctor import grants
from exporter.commands.doctor.facts import Login
from exporter.commands.doctor.together import together
from exporter.config import Config
from exporter.endpoint import Endpoint, parse_endpoint
from exporter.errors import SourceError
from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account, AccountFile

SECONDS = 5.0  # for all logins together: they are made at once
_QUESTION = "SELECT CURRENT_USER(); SHOW GRANTS"


@dataclass(frozen=True)
class _Use:
    """Where an account is used."""

    key: str
    file: str
    endpoint: Endpoint
    name: str = ""  # of the node
    schema: str = ""

    @property
    def at(self) -> str:
        return f"{self.name} ({self.endpoint})" if self.name else str(self.endpoint)


def try_all(config: Config) -> tuple[Login, ...]:
    """Without accounts whose file can't be used: that is the configuration's mistake."""
    uses = {f"{use.key} at {use.at}": use for use in _uses(config)}
    accounts = {name: account for name, use in uses.items() if (account := _account(use.file))}
    began = {
        name: Login(uses[name].key, uses[name].file, uses[name].at, account.user, schema=uses[name].schema)
        for name, account in accounts.items()
    }
    deadline = Deadline.after(SECONDS)
    questions = {
        name: partial(_try, began[name], uses[name].endpoint, account, deadline)
        for name, account in accounts.items()
    }
    answers = together(questions, SECONDS + 0.5)
    return tuple(
        replace(began[name], error=answer) if isinstance(answer, SourceError) else answer
        for name, answer in answers.items()
    )


def _uses(config: Config) -> Iterator[_Use]:
    if config.galera:
        for name, at in config.galera.nodes.items():
            yield _Use("galera.client_file", config.galera.client_file, parse_endpoint(at), name)
    for index, vip in enumerate(config.vips):
        if vip.port is None:
            continue
        endpoint, key = Endpoint(vip.address, vip.port), f"vips[{index}]"
        if vip.client_file:
            yield _Use(f"{key}.client_file", vip.client_file, endpoint)
        if vip.write:
            yield _Use(f"{key}.write.client_file", vip.write.client_file, endpoint, "", vip.write.schema)


def _account(path: str) -> Account | None:
    try:
        return AccountFile(path, logs_notices=False).account()
    except SourceError:
        return None


def _try(login: Login, endpoint: Endpoint, account: Account, deadline: Deadline) -> Login:
    session = mysql.connect(endpoint.host, endpoint.port, account, deadline, login.at)
    try:
        (who, granted) = session.query(_QUESTION, deadline)
        lines = [str(row[0]) for row in granted]
        return replace(login, account=str(who[0][0]), grants=grants.parse(lines))
    except (SourceError, IndexError, ValueError):  # it logs in; what it may do is not known
        return login
    finally:
        session.close()
