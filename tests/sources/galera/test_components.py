"""How many Primary components there really are, by views that agree, lag behind, or have no addresses."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sources.galera.components import View, primary_components
from exporter.sources.galera.parse import parse
from tests.sources.galera.captured import answers

STATE = "d472df8a-e665-11f1-a77e-a36bfb391203"


def view(node: str, members: Sequence[str], configuration: int = 4, **others: object) -> View:
    """What `node` reports while it counts `members`, itself among them."""
    addresses = tuple(f"{member}:3306" for member in members)
    plain = View(
        primary=True,
        member=f"uuid-of-{node}",
        state_uuid=STATE,
        configuration=configuration,
        size=len(addresses),
        index=list(members).index(node),
        addresses=addresses,
    )
    return replace(plain, **others)  # type: ignore[arg-type]


def nameless(node: View, name: str = "AUTO") -> View:
    return replace(node, addresses=(name,) * len(node.addresses))


def component(members: Sequence[str], configuration: int = 4) -> list[View]:
    return [view(node, members, configuration) for node in members]


def test_whole_cluster() -> None:
    """Three nodes in one view are one component."""
    assert primary_components(component("abc")) == 1


def test_real_cluster() -> None:
    """So are the three nodes of a real one."""
    nodes = answers("wsrep-26.4.23-article").values()
    assert primary_components(parse(node).view for node in nodes) == 1


def test_nobody_is_primary() -> None:
    """All without quorum: 0."""
    assert primary_components([replace(one, primary=False) for one in component("abc")]) == 0


def test_nobody_asked() -> None:
    """No views, no component; that the number is unknown then is reported by the source."""
    assert primary_components([]) == 0


def test_minority_without_quorum() -> None:
    """The ordinary cut: two continue, the third knows that it is not Primary."""
    alone = replace(view("c", "c", 18446744073709551615), primary=False)
    assert primary_components([*component("ab", 5), alone]) == 1


def test_split_with_the_same_uuid_and_configuration() -> None:
    """Seen in the lab after pc.bootstrap: sizes 2, 2 and 1, one state UUID, configuration 4 on all three."""
    assert primary_components([*component("ab"), *component("c")]) == 2


def test_three_ways() -> None:
    """Each node on its own, each Primary: three."""
    assert primary_components([*component("a"), *component("b"), *component("c")]) == 3


def test_two_clusters_of_different_states() -> None:
    """Another state UUID is another component, even if the addresses look alike."""
    other = [replace(one, state_uuid="other", member=f"other-{one.member}") for one in component("ab")]
    assert primary_components([*component("ab"), *other]) == 2


def test_order_of_the_members_does_not_matter() -> None:
    """A node lists the members in another order: still one component."""
    assert primary_components([view("a", "abc"), view("b", "cba"), view("c", "bac")]) == 1


def test_one_node_lags_behind_a_join() -> None:
    """c has joined, b doesn't know yet: its old view without c is no second component."""
    assert primary_components([view("a", "abc", 5), view("b", "ab", 4), view("c", "abc", 5)]) == 1


def test_node_that_is_cut_off_goes_on_counting_its_peers() -> None:
    """a and b have given c up, c has not yet noticed anything: for seconds it reports Primary of three."""
    assert primary_components([view("a", "ab", 5), view("b", "ab", 5), view("c", "abc", 4)]) == 1


@pytest.mark.parametrize("name", ["AUTO", "unspecified", "", "10.0.0.100:3306"])
def test_members_without_an_address_of_their_own(name: str) -> None:
    """AUTO for all, nothing, or the VIP for all: equal views are one component, different ones two."""
    whole = [nameless(one, name) for one in component("abc")]
    split = [nameless(one, name) for one in (*component("ab", 4), *component("c", 5))]
    assert primary_components(whole) == 1
    assert primary_components(split) == 2


def test_nameless_halves_with_equal_views() -> None:
    """Two and two, all AUTO, same configuration: two members claim each place, so they are two components."""
    assert primary_components([nameless(one) for one in (*component("ab"), *component("cd"))]) == 2


def test_one_server_under_two_names() -> None:
    """A server that is in the configuration twice is one member, with an address and without."""
    whole = component("abc")
    assert primary_components([*whole, whole[0]]) == 1
    assert primary_components([nameless(one) for one in (*whole, whole[0])]) == 1


def test_arbitrator_is_a_member_without_an_address() -> None:
    """garbd counts in the size and has no address; two nodes and a garbd are one component."""
    addresses = ("a:3306", "b:3306", "")
    pair = [replace(one, addresses=addresses, size=3) for one in component("ab")]
    assert primary_components(pair) == 1


def test_place_that_is_unknown() -> None:
    """Versions without wsrep_local_index: equal views are one component."""
    assert primary_components([replace(one, index=-1) for one in component("abc")]) == 1


nodes = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


@given(nodes, st.data())
def test_as_many_as_there_are(members: list[str], data: st.DataObject) -> None:
    """Any split into halves that continue without each other, any of them asked: as many as were asked of."""
    part = {member: data.draw(st.integers(0, 3)) for member in members}
    halves = [[member for member in members if part[member] == number] for number in range(4)]
    views = [
        view(member, data.draw(st.permutations(half)), data.draw(st.integers(3, 4)))
        for half in halves
        for member in half
    ]
    asked = data.draw(st.lists(st.sampled_from(views), unique=True))
    assert primary_components(asked) == len({part[one.member.removeprefix("uuid-of-")] for one in asked})


@given(nodes, nodes, st.data())
def test_change_of_membership_is_never_a_second_component(
    before: list[str], after: list[str], data: st.DataObject
) -> None:
    """Each node still in the old view or already in the new one, and somebody who is in both answers: 1."""
    staying = sorted(set(before) & set(after))
    views = []
    for node in sorted(set(before) | set(after)):
        known = [(members, number) for number, members in enumerate((before, after)) if node in members]
        members, number = data.draw(st.sampled_from(known))
        if node in staying[:1] or data.draw(st.booleans()):
            views.append(view(node, members, number))
    if staying:
        assert primary_components(views) == 1


@given(
    st.lists(
        st.builds(
            View,
            st.booleans(),
            *[st.sampled_from(["", "x", "y"])] * 2,
            *[st.integers(-1, 3)] * 3,
            st.lists(st.sampled_from(["", "AUTO", "a", "b", "c"])).map(tuple),
        )
    )
)
def test_any_views(views: list[View]) -> None:
    """Whatever nodes report, the number is between 0 (none Primary) and how many report Primary."""
    primary = sum(one.primary for one in views)
    assert min(primary, 1) <= primary_components(views) <= primary
