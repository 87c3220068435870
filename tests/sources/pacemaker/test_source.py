"""The tools here are doubles, small scripts: the real ones are tested on the lab."""

import shlex
import sys
from pathlib import Path

import pytest

from exporter.errors import Denied, TimedOut, Unparsable, Unreachable
from exporter.sources.pacemaker.reading import Configuration, LastChange, NodeAttribute
from exporter.sources.pacemaker.source import KnownConfiguration, Options, PacemakerSource
from exporter.transports.deadline import Deadline
from tests.golden import CAPTURES

ARTICLE = CAPTURES / "crm_mon-2.1.5-article.xml"
OLD = CAPTURES / "crm_mon-1.1.24-fenced.xml"
CONSTRAINTS = CAPTURES / "cibadmin-2.1.5-structures.xml"


class Doubles:
    """Stand-ins for crm_mon and cibadmin that note how they were called."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.crm_mon(f"cat {ARTICLE}")
        self.cibadmin(f"cat {CONSTRAINTS}")

    def crm_mon(self, body: str) -> None:
        self._write("crm_mon", body)

    def cibadmin(self, body: str) -> None:
        self._write("cibadmin", body)

    def _write(self, name: str, body: str) -> None:
        # Written beside and moved: a script that is being executed can't be written.
        script = self.folder / f"{name}.new"
        calls = shlex.quote(str(self.folder / f"{name}.calls"))
        script.write_text(f'#!/bin/sh\necho "$TZ $*" >> {calls}\n{body}\n')
        script.chmod(0o755)
        script.rename(self.folder / name)

    def calls(self, name: str) -> list[str]:
        calls = self.folder / f"{name}.calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def source(self) -> PacemakerSource:
        return PacemakerSource(Options(str(self.folder / "crm_mon"), str(self.folder / "cibadmin")))


@pytest.fixture
def doubles(tmp_path: Path) -> Doubles:
    return Doubles(tmp_path)


def soon() -> Deadline:
    return Deadline.after(20)


def test_ok(doubles: Doubles) -> None:
    """A reading is the view and the constraints, asked in UTC, and it renders."""
    source = doubles.source()
    reading = source.read(soon())
    assert len(reading.view.nodes) == 2
    assert len(reading.constraints) == 7
    assert list(source.collect(reading))
    assert not source.failures(reading)
    assert [call.split()[0] for call in doubles.calls("crm_mon") + doubles.calls("cibadmin")] == ["UTC0"] * 2


def test_unreachable_without_the_tool(tmp_path: Path) -> None:
    """A host without Pacemaker says which command is missing."""
    with pytest.raises(Unreachable, match="crm_mon"):
        PacemakerSource(Options(str(tmp_path / "crm_mon"))).read(soon())


def test_unreachable_without_the_cluster(doubles: Doubles) -> None:
    """Both what newer tools print and what older ones say beside an exit code."""
    doubles.crm_mon(f"cat {CAPTURES / 'crm_mon-2.1.5-not-running.xml'}; exit 102")
    with pytest.raises(Unreachable, match="Not connected"):
        doubles.source().read(soon())
    doubles.crm_mon("echo '<crm_mon version=\"2.1.5\"/>'; echo 'Connection to cluster failed' >&2; exit 102")
    with pytest.raises(Unreachable, match="Connection to cluster failed"):
        doubles.source().read(soon())
    doubles.crm_mon("echo; echo 'Error: cluster is not available on this node'; exit 107")
    with pytest.raises(Unreachable, match="not available on this node"):
        doubles.source().read(soon())


def test_timeout(doubles: Doubles) -> None:
    """A tool that hangs costs the time given, no more."""
    doubles.crm_mon("exec sleep 60")
    with pytest.raises(TimedOut):
        doubles.source().read(Deadline.after(0.2))


def test_denied(doubles: Doubles) -> None:
    """No right to ask crm_mon, or to ask cibadmin."""
    doubles.crm_mon(f"cat {CAPTURES / 'crm_mon-2.1.5-no-right.xml'}; exit 4")
    with pytest.raises(Denied, match="haclient"):
        doubles.source().read(soon())
    doubles.crm_mon(f"cat {ARTICLE}")
    doubles.cibadmin("echo 'Call cib_query failed (-13): Permission denied' >&2; exit 4")
    with pytest.raises(Denied, match="haclient"):
        doubles.source().read(soon())


@pytest.mark.parametrize(
    "body",
    ["true", "echo nonsense", f"head -c 3000 {ARTICLE}", f"{sys.executable} -c 'print(\"x\" * 10_000_000)'"],
    ids=["empty", "nonsense", "cut", "ten megabytes"],
)
def test_unparsable(doubles: Doubles, body: str) -> None:
    """Odd output of either tool is an error of this source, and nothing of an earlier reading is given."""
    doubles.crm_mon(body)
    with pytest.raises(Unparsable):
        doubles.source().read(soon())
    doubles.crm_mon(f"cat {ARTICLE}")
    doubles.cibadmin(body)
    with pytest.raises(Unparsable):
        doubles.source().read(soon())


def test_an_older_tool_is_asked_in_its_own_words_and_that_is_remembered(doubles: Doubles) -> None:
    """The newest form first, then the older ones; from the second reading on one run each."""
    doubles.crm_mon(f'case "$*" in *output-as*|*fence-history*) exit 64;; esac; cat {OLD}')
    source = doubles.source()
    source.read(soon())
    assert [call.split()[-1] for call in doubles.calls("crm_mon")] == [
        "--output-as=xml",
        "--as-xml",
        "--as-xml",
    ]
    source.read(soon())
    assert len(doubles.calls("crm_mon")) == 4


def test_a_tool_that_was_upgraded_is_asked_anew(doubles: Doubles) -> None:
    """The form that worked may be gone in the new version: then all are tried again."""
    doubles.crm_mon(f'case "$*" in *output-as*) exit 64;; esac; cat {OLD}')
    source = doubles.source()
    source.read(soon())
    doubles.crm_mon(f'case "$*" in *as-xml*) exit 64;; esac; cat {ARTICLE}')
    assert source.read(soon()).view.dc == doubles.source().read(soon()).view.dc
    assert "--output-as=xml" in doubles.calls("crm_mon")[-1]


def test_a_tool_that_takes_no_form_is_unparsable(doubles: Doubles) -> None:
    """With what it complained of."""
    doubles.crm_mon("echo 'unrecognized option' >&2; exit 64")
    with pytest.raises(Unparsable, match="unrecognized option"):
        doubles.source().read(soon())


def test_constraints_are_asked_once_while_nothing_changes(doubles: Doubles) -> None:
    """cibadmin costs as much as crm_mon."""
    source = doubles.source()
    first = source.read(soon())
    assert source.read(soon()).constraints == first.constraints
    assert len(doubles.calls("cibadmin")) == 1


def test_constraints_are_asked_again_when_the_configuration_changed(doubles: Doubles) -> None:
    """Another time, user, client or origin of the last change."""
    source = doubles.source()
    source.read(soon())
    doubles.crm_mon(f'sed \'s/client="cibadmin"/client="crm_resource"/\' {ARTICLE}')
    doubles.cibadmin("echo '<constraints/>'")
    assert source.read(soon()).constraints == ()


def test_constraints_read_just_after_a_change_are_asked_again(doubles: Doubles) -> None:
    """A second change within the same second has the same text."""
    doubles.crm_mon(f"sed 's/11:14:30/11:15:20/' {ARTICLE}")
    source = doubles.source()
    source.read(soon())
    source.read(soon())
    assert len(doubles.calls("cibadmin")) == 2


def test_constraints_hold_for_a_minute_at_most() -> None:
    """Whatever crm_mon says of changes."""
    change = LastChange(1_795_346_070.0, "root", "cibadmin", "haproxy-node01")
    known = KnownConfiguration(Configuration(), change, settled=True, read_at=1000.0)
    assert known.hold(change, 1059.9)
    assert not known.hold(change, 1060.0)


def test_a_cluster_without_a_constraints_section_has_none(doubles: Doubles) -> None:
    """cibadmin then says that there is no such object."""
    doubles.cibadmin("echo 'Call cib_query failed (-6): No such device or address' >&2; exit 105")
    assert doubles.source().read(soon()).constraints == ()


def test_a_failed_reading_of_constraints_is_not_forgotten(doubles: Doubles) -> None:
    """The next reading asks again and fails again: no constraints of before are given for those of now."""
    source = doubles.source()
    doubles.crm_mon(f"sed 's/11:14:30/11:15:20/' {ARTICLE}")
    source.read(soon())
    doubles.cibadmin("exit 1")
    for _ in range(2):
        with pytest.raises(Unreachable):
            source.read(soon())


def test_a_silent_fencer_is_a_failure_of_a_part(doubles: Doubles) -> None:
    """The rest of the view is served."""
    doubles.crm_mon(f"cat {CAPTURES / 'crm_mon-3.0.2-fencer-silent.xml'}")
    source = doubles.source()
    failures = source.failures(source.read(soon()))
    assert [type(failure) for failure in failures] == [Unreachable]


def test_cibadmin_is_not_asked_for_what_may_hold_a_password(doubles: Doubles) -> None:
    """Constraints, tags and nodes: parameters of resources and of fencing devices stay where they are."""
    doubles.source().read(soon())
    (call,) = doubles.calls("cibadmin")
    assert "//configuration/constraints" in call
    assert "instance_attributes" not in call
    assert "resources" not in call


def test_the_health_attributes_are_asked_for_while_a_node_is_not_healthy(doubles: Doubles) -> None:
    """crm_mon has the colour of a node, not the attribute that made it so."""
    source = doubles.source()
    assert source.read(soon()).health == ()
    doubles.crm_mon(f'sed \'0,/health="green"/s//health="red"/\' {ARTICLE}')
    doubles.cibadmin(
        'case "$*" in *transient*) echo \'<transient_attributes id="1"><instance_attributes id="s">'
        '<nvpair id="s1" name="#health-smart" value="red"/><nvpair id="s2" name="pingd" value="1"/>'
        f"</instance_attributes></transient_attributes>';; *) cat {CONSTRAINTS};; esac"
    )
    assert source.read(soon()).health == (NodeAttribute("haproxy-node01", "#health-smart", "red"),)
    doubles.cibadmin(f'case "$*" in *transient*) exit 105;; *) cat {CONSTRAINTS};; esac')
    assert source.read(soon()).health == ()


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"crm_mon_path": ""}, "crm_mon_path"),
        ({"cibadmin_path": ""}, "cibadmin_path"),
        ({"timeout": 0.0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": 61.0}, "timeout"),
    ],
)
def test_impossible_options_name_their_key(options: dict[str, str | float], key: str) -> None:
    """The configuration's error says which key and what is right."""
    with pytest.raises(ValueError, match=f"^{key}: .*expected"):
        Options(**options)  # type: ignore[arg-type]  # wrong on purpose
