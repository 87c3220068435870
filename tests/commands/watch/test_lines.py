import json
from dataclasses import replace
from datetime import UTC

from exporter.commands.watch.lines import Json, Text, duration
from exporter.commands.watch.record import FinishedOutage, Second, Summary

TEXT, COLOURED = Text(UTC), Text(UTC, colour=True)
AT = 1_780_000_000.25  # 2026-05-28 20:26:40 UTC
WELL = Second(AT, 10, 10, {}, "", 0.0031, {"n2": 4, "n1": 6}, 0, 0.0)
BAD = Second(AT, 32, 2, {"refused": 30}, "refused in connect: nobody listens", 1.031, {}, 3, 0.6)
OUT = FinishedOutage(AT, 0.834, 1.0312)
SUMMARY = Summary(
    seconds=65.0,
    attempts=650,
    answered=620,
    failures={"refused": 28, "timeout": 2},
    detail="timeout in handshake: no greeting in time",
    servers={"n1": 310, "n2": 310},
    waiting=0,
    out=0.0,
    outages=1,
    outage_seconds=0.834,
    longest=0.834,
    last_outages=(OUT,),
    fastest=0.0009,
    slowest=1.0312,
    percentiles={50.0: 0.0011, 99.9: 1.03},
)


def test_a_second_for_a_person() -> None:
    """How many, the slowest, who answered; of failures the reasons and the latest in words."""
    assert TEXT.second(WELL) == "20:26:40  10 of 10 answered, slowest 3.1 ms  n1 6, n2 4\n"
    assert TEXT.second(BAD) == (
        "20:26:40  2 of 32 answered, slowest 1.031 s, 3 waiting  failed: refused 30 "
        "(refused in connect: nobody listens)\n"
    )
    frozen = replace(WELL, attempts=0, answered=0, slowest=None, servers={}, waiting=10)
    assert TEXT.second(frozen) == "20:26:40  0 of 0 answered, 10 waiting\n"


def test_an_outage_for_a_person() -> None:
    """Its duration, when, and the slowest login in it."""
    line = "outage of 834 ms: 20:26:40.250 to 20:26:41.084, slowest login 1.031 s\n"
    assert TEXT.outage(OUT) == line
    assert TEXT.outage(replace(OUT, slowest_connect=0.0)) == line.replace(", slowest login 1.031 s", "")


def test_a_summary_for_a_person() -> None:
    """Attempts, outages, percentiles, who answered how much."""
    assert TEXT.summary("10.0.0.100:3306", SUMMARY).splitlines() == [
        "--- 10.0.0.100:3306, watched for 65.0 s ---",
        "650 attempts, 620 answered, 30 failed (4.62%): refused 28, timeout 2",
        "1 outage, 834 ms in all, the longest 834 ms",
        "  834 ms: 20:26:40.250 to 20:26:41.084, slowest login 1.031 s",
        "fastest 0.9 ms, 50 % within 1.1 ms, 99.9 % within 1.030 s, slowest 1.031 s",
        "answered by n1 50.0%, n2 50.0%",
    ]


def test_a_summary_of_many_outages_lists_the_latest() -> None:
    """And says how many more there were."""
    many = replace(SUMMARY, outages=30, last_outages=(OUT,) * 30)
    lines = TEXT.summary("x", many).splitlines()
    assert lines[3] == "  … 10 earlier"
    assert len([line for line in lines if line.startswith("  834 ms")]) == 20


def test_a_summary_of_nothing() -> None:
    """No attempt ended: no division, no percentile; an outage that lasts is shown."""
    nothing = replace(
        SUMMARY,
        attempts=0,
        answered=0,
        failures={},
        detail="",
        servers={},
        outages=0,
        last_outages=(),
        fastest=None,
        slowest=None,
        percentiles={},
        waiting=4,
    )
    assert TEXT.summary("x", nothing).splitlines()[1:] == [
        "0 attempts, 0 answered; 4 more without an answer when this ended",
        "no outage",
    ]
    assert TEXT.summary("x", replace(nothing, out=3.2)).splitlines()[2:] == [
        "out for 3.200 s when this ended"
    ]


def test_a_summary_without_an_answer_says_why() -> None:
    """The last failure in words; an account that the servers refuse is one."""
    refused = replace(SUMMARY, answered=0, failures={"denied": 650}, detail="denied in login: Access denied")
    assert TEXT.summary("x", refused).splitlines()[1:3] == [
        "650 attempts, 0 answered, 650 failed (100.00%): denied 650",
        "nothing answered; the last attempt failed: denied in login: Access denied",
    ]
    assert "nothing answered" not in TEXT.summary("x", SUMMARY)


def test_what_keeps_attempts_from_being_made_is_shown() -> None:
    """The account's file, or no descriptors: of a second in which nothing could be tried."""
    stuck = replace(WELL, attempts=0, answered=0, slowest=None, servers={}, trouble="/x.cnf: no such file")
    assert TEXT.second(stuck) == "20:26:40  0 of 0 answered  can't be probed: /x.cnf: no such file\n"
    assert json.loads(Json().second(stuck))["trouble"] == "/x.cnf: no such file"
    assert COLOURED.second(stuck).startswith("\x1b[31m")


def test_colour_only_where_it_is_asked_for() -> None:
    """Green is in order, red fails, yellow is slow or silent; without colour no line has an escape code."""
    slow = replace(WELL, slowest=1.03)
    painted = [COLOURED.second(second)[:5] for second in (WELL, BAD, slow, replace(WELL, out=0.1))]
    assert painted == ["\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[31m"]
    for line in (TEXT.second(BAD), TEXT.outage(OUT), TEXT.summary("x", replace(SUMMARY, out=1.0))):
        assert "\x1b" not in line


def test_durations() -> None:
    """Milliseconds below a second, with a digit more where it counts."""
    assert [duration(one) for one in (0.00094, 0.0994, 0.0996, 0.8344, 0.9996, 12.3456)] == [
        "0.9 ms",
        "99.4 ms",
        "100 ms",
        "834 ms",
        "1.000 s",
        "12.346 s",
    ]


def test_json_says_the_same() -> None:
    """One object a line, each with its kind, in base units."""
    second, outage, summary = (
        json.loads(line)
        for line in (Json().second(BAD), Json().outage(OUT), Json().summary("10.0.0.100:3306", SUMMARY))
    )
    assert [one["kind"] for one in (second, outage, summary)] == ["second", "outage", "summary"]
    assert (second["time"], second["failures"], second["slowest"], second["out"]) == (
        "2026-05-28T20:26:40.250+00:00",
        {"refused": 30},
        1.031,
        0.6,
    )
    assert (outage["duration"], outage["end"]) == (0.834, "2026-05-28T20:26:41.084+00:00")
    assert (summary["target"], summary["percentiles"], summary["last_outages"]) == (
        "10.0.0.100:3306",
        {"50": 0.0011, "99.9": 1.03},
        [{key: value for key, value in outage.items() if key != "kind"}],
    )
