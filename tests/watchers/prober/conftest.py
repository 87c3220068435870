"""The HAProxy and MariaDB that all these tests share."""

from collections.abc import Iterator

import pytest

from exporter.transports.mysql_account import Account
from tests.watchers.prober.stand import PASSWORD, USER, Stand, missing


@pytest.fixture(scope="session")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Left as it was found: running, thawed, with its settings."""
    if name := missing():
        pytest.skip(f"{name} is not installed")
    stand = Stand(tmp_path_factory.mktemp("stand"))
    try:
        stand.start()
        yield stand
    finally:
        stand.stop()


@pytest.fixture
def account() -> Account:
    return Account(USER, PASSWORD.encode())
