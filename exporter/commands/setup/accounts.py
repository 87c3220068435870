"""The accounts in the databases: only a person has the right to make them, so they are printed.

A password that this program made up would be refused until somebody told it to the databases; each attempt
would count in Aborted_connects. So nothing secret is written, and no file before there is an account.
"""

import shlex
from collections.abc import Iterator

from exporter.commands.setup.rights import USER
from exporter.config import Config


def files(config: Config) -> dict[str, str]:
    """Option file to the account that belongs in it."""
    named = {config.galera.client_file: "exporter"} if config.galera else {}
    for vip in config.vips:
        if vip.client_file:
            named.setdefault(vip.client_file, "probe")
    return named


def lines(missing: dict[str, str]) -> Iterator[str]:
    """SQL for a Galera node, then what makes the files on this host."""
    for account in dict.fromkeys(missing.values()):
        yield f"CREATE USER {account}@'%' IDENTIFIED BY '{_password(account)}';"
    for path, account in missing.items():
        target = shlex.quote(path)
        yield f"install -m 640 -g {USER} /dev/null {target}"
        yield f"printf '[client]\\nuser = {account}\\npassword = {_password(account)}\\n' >{target}"


def _password(account: str) -> str:
    return f"PASSWORD-OF-{account.upper()}"
