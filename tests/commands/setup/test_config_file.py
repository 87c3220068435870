"""The file that is written: what was detected, readable by a person and by this program."""

import re

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.commands.setup.config_file import text
from exporter.config import Config
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.typed_yaml import parse
from tests.commands.setup.cases import ACCOUNTS, CONFIG, GALERA_CNF

NAMES = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=20)


def test_it_is_read_as_it_was_meant() -> None:
    """With both accounts there, the file is the configuration that was detected."""
    assert parse(Config, text(CONFIG, ACCOUNTS), "c.yml") == CONFIG


def test_what_waits_for_an_account_is_a_comment() -> None:
    """The file is in force at once; taking the # away makes it whole."""
    written = text(CONFIG, frozenset())
    config = parse(Config, written, "c.yml")
    assert (config.galera, [vip.client_file for vip in config.vips]) == (None, [None, None])
    opened = re.sub(r"^#(?=galera:|  )|(?<=^    )# (?=client_file)", "", written, flags=re.MULTILINE)
    assert parse(Config, opened, "c.yml") == CONFIG


@settings(max_examples=50)
@given(st.dictionaries(NAMES, st.just("10.0.0.1:3306"), min_size=1, max_size=3))
def test_any_name_of_a_server_survives(nodes: dict[str, str]) -> None:
    """HAProxy's names may be `yes`, `12`, `a: b` or hold a quote."""
    galera = GaleraOptions(GALERA_CNF, nodes)
    written = text(Config(galera=galera), ACCOUNTS)
    assert parse(Config, written, "c.yml").galera == galera
    assert yaml.safe_load(text(Config(galera=galera, vips=CONFIG.vips), frozenset()))["vips"]
