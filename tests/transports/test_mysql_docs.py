"""docs/mysql.md says what the code does."""

import re
from pathlib import Path

from exporter.transports import mysql_account, mysql_option_file
from exporter.transports.mysql_call import LONG_ANSWER, SHORT_ANSWER
from exporter.transports.mysql_errors import ACCOUNT_REFUSED

TEXT = (Path(__file__).parents[2] / "docs" / "mysql.md").read_text()


def test_the_refusals_are_those_of_the_code() -> None:
    """Each number that a server sends; those of the client itself (2000 to 2999) are not listed."""
    (listed,) = re.findall(r"\(errors ([0-9,\s]+)\)", TEXT)
    servers = {code for code in ACCOUNT_REFUSED if not 2000 <= code < 3000}
    assert {int(code) for code in listed.split(",")} == servers


def test_the_options_and_groups_are_those_of_the_code() -> None:
    """In the two lists about option files."""
    groups, options = re.findall(r"^- (?:Groups|Options) (.*?)(?:;|\.)", TEXT, re.MULTILINE | re.DOTALL)
    assert re.findall(r"`\[(.+?)\]`", groups) == list(mysql_option_file.GROUPS)
    switches = {"ssl", "skip-ssl"}
    assert set(re.findall(r"`(.+?)`", options)) == {*mysql_account.OPTIONS, *switches}


def test_the_limits_are_those_of_the_code() -> None:
    """In KiB."""
    assert f"{LONG_ANSWER // 1024} KiB for the status of a node" in TEXT.replace("\n  ", " ")
    assert f"{SHORT_ANSWER // 1024} KiB for a login or a probe" in TEXT.replace("\n  ", " ")
    assert f"{mysql_option_file.DEPTH} deep" in TEXT
