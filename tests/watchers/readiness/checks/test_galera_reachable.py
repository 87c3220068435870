"""Which Galera nodes serve others, and don't answer this host."""

from dataclasses import replace

import pytest

from exporter.errors import Denied, SourceError, TimedOut, Unparsable, Unreachable
from exporter.scrape import Reading
from exporter.sources.galera.parse import NodeStatus
from exporter.sources.galera.reading import GaleraReading
from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.galera_reachable import GaleraReachable
from exporter.watchers.readiness.metrics import Checked
from tests.watchers.readiness.checks.known import SOON
from tests.web.status import stories

ALL = ("10.0.0.21:3306", "10.0.0.22:3306", "10.0.0.23:3306")
REFUSED = Unreachable("db2 (10.0.0.22:3306): refused")


def lists(*addresses: str) -> NodeStatus:
    """The status of a node whose group has these members."""
    reading = stories.healthy().galera
    assert reading
    status = next(one for one in reading.nodes.values() if one)
    return replace(status, view=replace(status.view, size=len(addresses), addresses=addresses))


def ask(nodes: dict[str, NodeStatus | None], *errors: SourceError) -> Checked | None:
    return GaleraReachable().ask(Known(galera=Reading(GaleraReading(nodes, None, errors), None, 0.1)), SOON)


def test_all_answer_and_none_does() -> None:
    """The reason has the names, in the order of the configuration."""
    assert ask(dict.fromkeys(("db1", "db2", "db3"), lists(*ALL))) == Checked("galera_reachable")
    timed_out = TimedOut("db1 (10.0.0.21:3306): no answer")
    silent = ask({"db1": None, "db2": None}, REFUSED, timed_out)
    assert silent == Checked("galera_reachable", ("no answer from db1, db2",))


def test_a_member_of_the_group_that_is_silent_to_this_host() -> None:
    """The others see it, so HAProxy here would miss a server that is there."""
    found = ask({"db1": lists(*ALL), "db2": None, "db3": lists(*ALL)}, REFUSED)
    assert found == Checked("galera_reachable", ("no answer from db2",))


@pytest.mark.parametrize("arbitrator", [(), ("",)])
def test_a_node_that_its_group_lost_hinders_no_takeover(arbitrator: tuple[str, ...]) -> None:
    """It is down: GaleraNodeDown's matter, on both balancers alike. An arbitrator has no address."""
    rest = lists("10.0.0.21:3306", "10.0.0.23:3306", *arbitrator)
    assert ask({"db1": rest, "db2": None, "db3": rest}, REFUSED) == Checked("galera_reachable")


@pytest.mark.parametrize("answer", [Denied, Unparsable])
def test_a_node_that_refuses_the_account_is_reached(answer: type[SourceError]) -> None:
    """What its account lacks is the monitoring's, and HAProxy gets through."""
    refused = answer("db3 (10.0.0.23:3306): no")
    found = ask({"db1": lists(*ALL), "db2": lists(*ALL), "db3": None}, refused)
    assert found == Checked("galera_reachable")


def test_what_its_collector_can_not_read_is_not_said_again() -> None:
    """Without that section, or with an account that all refuse."""
    assert GaleraReachable().ask(Known(), SOON) is None
    refused = Reading(None, Denied("db1 (10.0.0.21:3306): no"), 0.1)
    assert GaleraReachable().ask(Known(galera=refused), SOON) is None
