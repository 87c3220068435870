"""What the lab does to Galera, as the runbooks tell people."""

from deploy.lab.galera import BOOTSTRAP
from deploy.lab.host import REPOSITORY


def test_a_primary_component_is_made_as_the_runbook_says() -> None:
    """Both ways, of older and newer MariaDB: so each was tried on its release."""
    runbook = (REPOSITORY / "docs/runbooks/GaleraNoPrimary.md").read_text()
    assert [way for way in BOOTSTRAP if f"`{way};`" not in runbook] == []
