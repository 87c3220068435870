"""The statistics CSV, row by row."""

from pathlib import Path

import pytest

from exporter.errors import Unparsable
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.parse.stats_csv import Row, parse
from tests.golden import CAPTURES

HEADER = "# pxname,svname,scur,status,check_status,check_code,agent_status,lastsess,mode,type,sid,-,ssl_sess,"


def one(line: str, header: str = HEADER) -> Row:
    (row,) = parse(f"{header}\n{line}\n")
    return row


def row(name: str, scur: int = 0, *, kind: int = 2, sid: int = 1, status: str = "UP") -> str:
    return f"app,{name},{scur},{status},L7OK,200,,-1,http,{kind},{sid},-,0,"


def everything(proxy: str) -> dict[str, Row]:
    text = (CAPTURES / "haproxy-2.6.12-everything.txt").read_text().partition("\n\n")[2][:-1]
    return {row.name: row for row in parse(text) if row.proxy == proxy}


def test_a_server_is_read_by_the_names_of_its_fields() -> None:
    """Texts as they stand, numbers as numbers, empty fields absent, unknown columns ignored."""
    assert one("app,a,3,UP 1/3,* L7STS,503,,-1,http,2,7,-,9,") == Row(
        kind=Kind.SERVER,
        proxy="app",
        name="a",
        identifier="7",
        mode="http",
        status="UP 1/3",
        check_status="L7STS",
        agent_status="",
        numbers={"scur": 3.0, "check_code": 503.0, "lastsess": -1.0},
    )


def test_the_order_of_the_columns_does_not_matter() -> None:
    """A field is found by the header, so new columns may come anywhere."""
    header = "# svname,new,type,pxname,mode,agent_status,check_status,status,scur,sid,"
    read = one("a,?,2,app,tcp,,,DOWN,4,1,", header)
    assert (read.proxy, read.name, read.numbers) == ("app", "a", {"scur": 4.0})


def test_the_type_tells_a_server_from_a_proxy() -> None:
    """A server may be called BACKEND; the column `type` has its kind."""
    assert one(row("BACKEND", kind=2)).kind == Kind.SERVER
    assert one(row("BACKEND", kind=1)).kind == Kind.BACKEND
    assert one(row("FRONTEND", kind=0)).kind == Kind.FRONTEND
    assert one(row("FRONTEND", kind=3)).kind == Kind.LISTENER


def test_commas_quotes_and_line_ends_inside_quotes_are_text() -> None:
    """What a failed check's server said, however odd, does not shift the fields after it."""
    header = HEADER.replace("scur", "last_chk,scur")
    read = one('app,a,"no, ""not""\n\nwell",5,DOWN,L7STS,503,,-1,http,2,1,-,0,', header)
    assert read.numbers["scur"] == 5.0
    assert everything("sick")["a"].numbers["check_code"] == 503.0


def test_a_check_that_took_no_measurable_time_has_no_duration() -> None:
    """-1 written without a sign is no duration of 585 million years."""
    header = HEADER.replace("scur", "check_duration")
    read = one(row("a").replace(",0,UP", ",18446744073709551615,UP"), header)
    assert "check_duration" not in read.numbers


def test_a_row_there_twice_is_there_once() -> None:
    """The same row again adds nothing."""
    (read,) = parse("\n".join([HEADER, row("a", 3), row("a", 3), ""]))
    assert read.numbers["scur"] == 3.0


def test_a_row_that_contradicts_an_earlier_one_is_unparsable() -> None:
    """One server with two values is not something to choose from."""
    with pytest.raises(Unparsable, match="app/a is there twice"):
        parse("\n".join([HEADER, row("a", 3), row("a", 4), ""]))


def test_listeners_of_one_name_are_told_apart_by_their_number() -> None:
    """A range of ports makes listeners of one name: the first keeps it."""
    rows = parse("\n".join([HEADER, *(row("x", scur=sid, kind=3, sid=sid) for sid in (1, 2, 3)), ""]))
    assert [(read.name, read.numbers["scur"]) for read in rows] == [("x", 1.0), ("x#2", 2.0), ("x#3", 3.0)]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "\n",
        HEADER.removeprefix("# ") + "\n" + row("a") + "\n",
        HEADER.replace("svname,", "") + "\n" + row("a").replace(",a,", ",") + "\n",
        HEADER + "\n" + row("a"),
        HEADER + "\n" + row("a")[:-2] + "\n",
        HEADER + "\n" + row("a") + ",\n",
        HEADER + "\n\n" + row("a") + "\n",
        HEADER + "\n" + row("a", kind=4) + "\n",
        HEADER + "\n" + row("a").replace(",2,", ",,") + "\n",
        HEADER + "\n" + row("a").replace("-1", "many") + "\n",
        HEADER + "\n" + row('"a') + "\n",
        HEADER + "\n" + row('"a"b') + "\n",
        HEADER + "\n" + row("a" * 200_000) + "\n",
    ],
    ids=[
        "no row",
        "no #",
        "a needed column missing",
        "no end of line",
        "a field missing",
        "a field too many",
        "an empty line",
        "unknown type",
        "no type",
        "a word for a number",
        "a quote left open",
        "text after a quote",
        "a name of 200,000 characters",
    ],
)
def test_rows_that_are_not_as_haproxy_writes_them_are_unparsable(text: str) -> None:
    """Whatever is not whole or not of this format is refused, with what was expected."""
    with pytest.raises(Unparsable, match="statistics"):
        parse(text)


def test_states_of_servers_as_the_real_one_says_them() -> None:
    """The states that the tests' HAProxy was brought into are read as they stand."""
    assert {name: read.status for name, read in everything("app").items() if read.kind == Kind.SERVER} == {
        "well": "UP",
        "slow": "UP",
        "down": "DOWN",
        "maint": "MAINT",
        "laid-off": "MAINT",
        "drain": "DRAIN",
        "unchecked": "no check",
        "backup": "UP",
    }


FIELD = Path(__file__).parent.parent / "field"
HEADER_1_4 = (
    "# pxname,svname,scur,status,weight,act,bck,sid,type,check_status,check_code,hrsp_1xx,"
    "req_rate, req_rate_max, req_tot,"
)


def test_the_csv_of_1_5_is_read() -> None:
    """It has no mode and no agent: a proxy is in mode http where it counts responses by status."""
    rows = parse((FIELD / "haproxy-1.5.csv").read_text())
    assert [(row.proxy, row.name, row.status, row.mode, row.agent_status) for row in rows] == [
        ("a", "BACKEND", "UP", "http", ""),
        ("b", "i-1", "UP 1/2", "tcp", ""),
    ]


def test_the_csv_of_1_4_is_read() -> None:
    """The header has spaces after some commas, and a state has none before its bracket."""
    read = one("app,a,1,MAINT(via),1,1,0,1,2,,,0,,,7,", HEADER_1_4)
    assert (read.status, read.mode, read.numbers["req_tot"]) == ("MAINT(via)", "http", 7.0)


def test_a_comma_that_1_6_forgot_is_put_back() -> None:
    """`DRAIN (agent)` and the weight after it are two fields; any other short row stays Unparsable."""
    read = one("app,a,3,DRAIN (agent)10,1,0,1,2,L7OK,200,,,,7,", HEADER_1_4)
    assert (read.status, read.numbers["weight"], read.numbers["act"]) == ("DRAIN (agent)", 10.0, 1.0)
    with pytest.raises(Unparsable, match="15 fields under 16"):
        one("app,a,3,DRAIN10,1,0,1,2,L7OK,200,,,,7,", HEADER_1_4)
