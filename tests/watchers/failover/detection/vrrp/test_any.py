"""Whatever the looks show, the detector's story holds together."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from exporter.watchers.failover.detection.vrrp.causes import CAUSES
from exporter.watchers.failover.detection.vrrp.snapshot import Shown
from tests.watchers.failover.detection.vrrp.looks import AT_A, BEGIN, NAME, VIP, A, B, Host

shown = st.builds(
    lambda state, bound, others, received, goodbyes, priority, link, master, since: replace(
        AT_A,
        state=state,
        bound=bound,
        others=others,
        received=received,
        goodbyes=goodbyes,
        priority=priority,
        link=link,
        master=master,
        since=BEGIN + since,
    ),
    st.sampled_from([None, 0, 1, 2, 3]),
    st.booleans(),
    st.sampled_from([None, 0, 1, 2]),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from([90, 150]),
    st.booleans(),
    st.sampled_from(["", B]),
    st.floats(-5, 60),
)


@given(
    st.lists(
        st.tuples(shown, st.floats(0.01, 20), st.booleans(), st.sampled_from([10, 11, None])), max_size=12
    )
)
def test_the_events_are_one_chain(looks: list[tuple[Shown, float, bool, int | None]]) -> None:
    """Each begins where the one before ended, has a cause of the table, and is no later than now."""
    host, at = Host(A, AT_A), 0.0
    host.look(at)
    place = A
    for one, pause, shared, parent in looks:
        at += pause
        host.shown, host.parent = one, parent
        if shared:
            host.detector.shared(NAME, VIP, at)
        for event in host.look(at):
            assert event.origin == place or B not in (place, event.origin)
            assert (event.kind == "restart") == (event.origin == event.target)
            assert event.cause in CAUSES
            assert event.at <= BEGIN + at + 1e-3
            place = event.target
        held = host.detector.held()[NAME].node
        assert held in (place, A, B, "another host")
