"""How long Corosync takes to agree that a node is lost, with an arbiter or without one (pure).

token and consensus: corosync.conf(5). The token is missed at most `token` after the node was lost, then the
others wait `consensus` for it to join them (totemsrp.c, memb_state_gather_enter).

An arbiter (corosync-qdevice of model net, and corosync-qnetd from 3.0.1 on): with every new membership
votequorum holds all up until qdevice polls it again (votequorum.c, votequorum_sync_process; 30 s at most, its
sync_timeout), and qdevice polls when it has qnetd's vote. To qnetd the lost node is a client that is still
connected, in the membership of before, so ffsplit and lms call the membership unstable and have the others
wait (qnetd-algo-ffsplit.c, is_membership_stable; qnetd-algo-utils.c, all_ring_ids_match). It drops a client
that has sent nothing for `dpd_interval_coefficient`, 1.5, heartbeats (qnetd-client-dpd-timer.c); one that
dies while its kernel lives closes its connection, and is dropped at once. ffsplit votes then, lms when it
looks again, each quarter of a heartbeat (qnetd-client-algo-timer.c). A heartbeat is 0.8 of
quorum.device.timeout, within bounds (qdevice-net-instance.c).
"""

from exporter.sources.corosync.parse.configuration import QdeviceConfiguration
from exporter.watchers.readiness.expected.settings import Settings
from exporter.watchers.readiness.expected.terms import Found, Term, Terms, Unknown, total

HEARTBEAT_OF_TIMEOUT = 0.8
HEARTBEAT_SECONDS = (1.0, 120.0)
GIVEN_UP_AFTER = 1.5  # heartbeats; the arbiter's own setting, which nothing here can read
LOOKS_EACH = 0.25  # heartbeats


def detection(settings: Settings) -> Found:
    if settings.token is None or settings.consensus is None:
        return Unknown("Corosync was not read")
    agreed = (Term("token", settings.token), Term("consensus", settings.consensus))
    return agreed if settings.qdevice is None else _with_arbiter(settings.qdevice, agreed)


def _with_arbiter(qdevice: QdeviceConfiguration, agreed: Terms) -> Found:
    """The arbiter waits for the lost node from that one's last heartbeat on, beside the others."""
    if qdevice.model != "net":
        return Unknown(f"nothing says how long the quorum device `{qdevice.model}` takes to vote")
    shortest, longest = HEARTBEAT_SECONDS
    heartbeat = min(max(HEARTBEAT_OF_TIMEOUT * qdevice.timeout, shortest), longest)
    asked = (*agreed, Term("heuristics of the quorum device", qdevice.heuristics))
    rest = max(GIVEN_UP_AFTER * heartbeat - total(asked), 0.0)
    again = LOOKS_EACH * heartbeat if qdevice.algorithm == "lms" else 0.0
    return (
        *asked,
        Term("until the arbiter gives the lost node up", rest),
        Term("until lms looks again", again),
    )
