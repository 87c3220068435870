"""What stands for large clusters: each is accepted by what reads the real ones."""

import asyncio
from xml.etree import ElementTree

import pymysql
import pytest

from tests.trials.common import large
from tests.trials.compare import cib, standin

ROWS = [("wsrep_cluster_size", "3"), ("wsrep_provider_options", "x" * 3000)]


def ask(port: int, query: str) -> list[tuple[tuple[str, str], ...]]:
    """All result sets of one query, as a client gets them."""
    with (
        pymysql.connect(
            host="127.0.0.1",
            port=port,
            user="exporter",
            password="any",  # noqa: S106 - the stand-in lets everyone in
            client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
        ) as session,
        session.cursor() as cursor,
    ):
        cursor.execute(query)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
        session.ping(reconnect=False)
        return [tuple(rows) for rows in found]


async def test_the_galera_standin_answers_a_real_client() -> None:
    """PyMySQL logs in, gets both result sets of one query, in order and whole, and may ask again."""
    answers: standin.Answers = {"STATUS": ROWS, "VARIABLES": ROWS[:1]}
    server = await asyncio.start_server(
        lambda reader, writer: standin.serve(reader, writer, answers), "127.0.0.1", 0
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        query = "SHOW GLOBAL STATUS LIKE 'wsrep%'; SHOW GLOBAL VARIABLES LIKE 'wsrep%'"
        for _ in range(2):
            found = await asyncio.to_thread(ask, port, query)
            assert found == [tuple(ROWS), tuple(ROWS[:1])]


@pytest.mark.parametrize("size", [1, 10])
def test_each_resource_has_its_operations(size: int) -> None:
    """Every resource of the CIB is started on one node, with start and monitor, and probed on the other."""
    root = ElementTree.fromstring(cib.cib(size))  # noqa: S314 - our own
    assert len(root.findall("configuration/resources/primitive")) == size
    operations = [it.get("operation_key", "") for it in root.iter("lrm_rsc_op")]
    assert len(operations) == 3 * size
    assert operations.count("address-001_start_0") == operations.count("address-001_monitor_1000") == 1


def test_the_farm_has_that_many_servers() -> None:
    """As many servers as asked for, each with a name of its own."""
    servers = [
        line.split()[1]
        for line in large.haproxy_config(100, "/run/x.sock").splitlines()
        if line.startswith("    server ")
    ]
    assert len(set(servers)) == len(servers) == 100
