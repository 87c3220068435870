"""The expected times where they can't be read; tests/lab/test_doctor.py has a cluster."""

from exporter.commands.doctor import times
from exporter.config import Config
from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.watchers.prober.options import Vip


def test_without_pacemaker() -> None:
    """A vantage point has none."""
    assert times.read(Config(vips=(Vip(address="127.0.0.1"),)), {}) == ()


def test_pacemaker_can_not_be_read() -> None:
    """That is the collectors' to tell."""
    config = Config(
        pacemaker=PacemakerOptions(crm_mon_path="/nonexistent/crm_mon"),
        corosync=CorosyncOptions(cmapctl_path="/nonexistent/corosync-cmapctl"),
    )
    assert times.read(config, {}) == ()
