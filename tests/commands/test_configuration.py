"""Where the configuration comes from: a file that is named, the usual one, or what the host shows."""

import logging
from pathlib import Path

import pytest

from exporter.autodetect.found import Detected
from exporter.commands.configuration import Configuration, journal_of
from exporter.config import Config
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.typed_yaml import ConfigError
from exporter.watchers.prober.options import Vip

PACEMAKER = Config(pacemaker=PacemakerOptions())
WITH_ADDRESS = Config(pacemaker=PacemakerOptions(), vips=(Vip("10.0.0.100", 3306),))
BOOTING = Detected(
    PACEMAKER, ("Pacemaker: crm_mon is installed",), ("Pacemaker can't be asked",), complete=False
)
UP = Detected(WITH_ADDRESS, ("Pacemaker: crm_mon is installed", "address 10.0.0.100:3306"), (), complete=True)
NOTHING = Detected(None, (), ("HAProxy: a file can't be read",), complete=True)


class Shown(Configuration):
    """On a host that shows one thing after the other; the last one goes on."""

    def __init__(self, usual: Path, *shown: Detected):
        super().__init__(None, usual)
        self.shown = list(shown)

    def detect(self) -> Detected:
        return self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]


def test_the_usual_file_counts_whole(tmp_path: Path) -> None:
    """Nothing is added to it by what the host shows."""
    usual = tmp_path / "config.yml"
    usual.write_text("vips: [{address: 127.0.0.1}]\n")
    origin = Shown(usual, UP)
    assert origin.load() == Config(vips=(Vip("127.0.0.1"),))
    assert not origin.outdated()


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A slip in --config.file must not make the host's own configuration out of it."""
    with pytest.raises(ConfigError, match=r"absent.yml: can't be read: No such file"):
        Configuration(tmp_path / "absent.yml", tmp_path / "config.yml").load()


def test_without_a_file_the_host_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What was found and what was not is logged, each line once."""
    caplog.set_level(logging.INFO)
    origin = Shown(tmp_path / "config.yml", BOOTING, UP)
    assert origin.load() == PACEMAKER
    assert caplog.messages == [
        "found: Pacemaker: crm_mon is installed",
        "not found: Pacemaker can't be asked",
    ]
    assert origin.load() == WITH_ADDRESS
    assert caplog.messages[2:] == ["found: address 10.0.0.100:3306"]


def test_it_looks_again_until_pacemaker_has_said_its_addresses(tmp_path: Path) -> None:
    """As at boot. After that a change waits for a reload, as with a file."""
    origin = Shown(tmp_path / "config.yml", BOOTING, BOOTING, UP, UP, UP)
    origin.load()
    assert not origin.outdated()
    assert origin.outdated()
    origin.load()
    origin.shown = [BOOTING]
    assert not origin.outdated()


def test_a_file_that_comes_later_is_taken_where_it_still_looks(tmp_path: Path) -> None:
    """Somebody writes the file while Pacemaker is not up yet."""
    usual = tmp_path / "config.yml"
    origin = Shown(usual, BOOTING)
    origin.load()
    usual.write_text("vips: [{address: 127.0.0.1}]\n")
    assert origin.outdated()
    assert origin.load().vips == (Vip("127.0.0.1"),)


def test_a_host_that_shows_nothing_says_what_to_do(tmp_path: Path) -> None:
    """With the reasons, and an example for a host outside of the cluster."""
    with pytest.raises(ConfigError) as caught:
        Shown(tmp_path / "config.yml", NOTHING).load()
    assert "HAProxy: a file can't be read" in str(caught.value)
    assert "vips: [{address: 10.0.0.100, port: 3306}]" in str(caught.value)


def test_the_journal_is_at_its_usual_place_without_a_file() -> None:
    """`events` looks at nothing else."""
    assert journal_of(None) == Path("/var/lib/failover-exporter/events.db")
