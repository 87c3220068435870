"""Whether the nodes that are left have quorum when one is lost (pure). crm_simulate does not work it out.

Source of the rules: votequorum(5).
"""

from exporter.sources.corosync.parse.quorumtool import Member
from exporter.sources.corosync.reading import CorosyncReading


def quorate_without(reading: CorosyncReading, node: str) -> bool | None:
    """None where it can't be known: without votequorum, or the node is none of Corosync's."""
    quorum, lost = reading.quorum, _member(reading, node)
    if quorum.votes is None or lost is None:
        return None
    left = [one for one in quorum.members if one.node_id not in (0, lost.node_id)]
    if any(one.qdevice and one.qdevice.master_wins and one.qdevice.votes for one in left):
        return True
    votes = quorum.votes.total - lost.votes
    if votes >= quorum.votes.quorum:
        return True
    halved = votes * 2 == quorum.votes.expected and "AutoTieBreaker" in quorum.flags
    return halved and min(one.node_id for one in left) < lost.node_id


def _member(reading: CorosyncReading, node: str) -> Member | None:
    """By its name in corosync.conf, which Pacemaker takes, or by the one that quorumtool found."""
    named = [
        one
        for one in reading.quorum.members
        if one.node_id and node in (reading.layout.name(one.node_id), one.name)
    ]
    return named[0] if len(named) == 1 else None
