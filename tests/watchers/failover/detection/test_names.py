"""One thing by its several names."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sources.pacemaker.reading import Colocation, LocationConstraint, PacemakerReading, Resource
from exporter.watchers.failover.detection.names import Names, concerned
from exporter.watchers.failover.detection.snapshot import snapshot
from tests.watchers.failover.detection.stories import IP, State, resource

INF = float("inf")


def reading(others: Sequence[Resource], *colocations: tuple[str, str]) -> PacemakerReading:
    view = State(others=others).reading().view
    return PacemakerReading(view, (), tuple(Colocation(pair, INF) for pair in colocations))


def test_two_addresses_beside_one_clone_are_not_tied_by_it() -> None:
    """Each stands where it likes; a failed instance of the clone concerns the one on its node."""
    proxies = [resource("haproxy", node, clone="haproxy-clone") for node in ("alpha", "beta")]
    read = reading(
        [resource("vip2", "beta", agent=IP), *proxies], ("vip", "haproxy-clone"), ("vip2", "haproxy-clone")
    )
    together = snapshot(read).together
    assert together["vip"] == {"vip", "haproxy-clone", "haproxy"}
    assert together["vip2"] == {"vip2", "haproxy-clone", "haproxy"}


def test_a_clone_beside_a_clone() -> None:
    """What the one needs the address needs: over any number of clones, and no further."""
    clones = [resource(name, "alpha", clone=f"{name}-clone") for name in ("haproxy", "galera")]
    read = reading(
        [*clones, resource("apart", "alpha")],
        ("vip", "haproxy-clone"),
        ("haproxy-clone", "galera-clone"),
        ("apart", "galera-clone"),
    )
    assert snapshot(read).together["vip"] == {"vip", "haproxy-clone", "haproxy", "galera-clone", "galera"}


def test_a_numbered_instance_is_the_primitive_unless_its_clone_is_unique() -> None:
    """crm_mon prints `haproxy:0` in some versions; `cip:0` and `cip:1` are two addresses of one cloned IP."""
    names = Names(
        reading(
            [
                resource("haproxy:0", "alpha", clone="haproxy-clone"),
                resource("cip:0", "alpha", agent=IP, clone="cip-clone", unique=True),
                resource("cip:1", "beta", agent=IP, clone="cip-clone", unique=True),
            ]
        )
    )
    assert [names.plain(name) for name in ("haproxy:0", "cip:0", "vip", "gone:3")] == [
        "haproxy",
        "cip:0",
        "vip",
        "gone",
    ]
    assert names.together(["cip:0"]) == {"cip:0": frozenset({"cip:0", "cip", "cip-clone"})}


def test_instances_of_a_cloned_address_are_watched_each_for_itself() -> None:
    """Those of an anonymous clone are on every node, and are not."""
    read = reading(
        [
            resource("cip:0", "alpha", agent=IP, clone="cip-clone", unique=True),
            resource("cip:1", "beta", agent=IP, clone="cip-clone", unique=True),
            resource("local", "alpha", agent=IP, clone="local-clone"),
        ]
    )
    assert dict(snapshot(read).holders) == {"cip:0": ("alpha",), "cip:1": ("beta",), "vip": ("alpha",)}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("^v", ["vip"]),
        ("web[0-9]", ["web1"]),
        ("^[[:alpha:]]+$", ["vip"]),
        ("nothing", ["nothing"]),  # it names none that is watched
        ("(", ["vip", "web1"]),  # it can't be read: it may be meant
    ],
)
def test_a_pattern_concerns_what_it_fits(pattern: str, names: list[str]) -> None:
    """As Pacemaker matches it: anywhere in the name."""
    constraint = LocationConstraint("l", "alpha", "", "", 1.0, "", pattern=pattern)
    assert concerned(constraint, {"vip": frozenset({"vip"}), "web1": frozenset({"web1"})}) == names


ids = st.sampled_from(["vip", "a", "b", "c", "d"])


@given(st.lists(st.tuples(ids, ids), max_size=6), st.sets(st.sampled_from(["a", "b", "c"])))
def test_being_together_is_mutual(pairs: list[tuple[str, str]], cloned: set[str]) -> None:
    """Of what runs in one place: who moves with another has it in its own set, and all of its names."""
    others = [
        resource(name, "alpha", clone=f"{name}-clone" if name in cloned else "")
        for name in ("a", "b", "c", "d")
    ]
    singles = [one.id for one in others if not one.clone] + ["vip"]
    together = Names(reading(others, *pairs)).together(singles)
    for name in singles:
        assert name in together[name]
        assert all(together[other] == together[name] for other in together[name] & {*singles})
