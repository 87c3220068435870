"""States in which the peer would take over: after work that was ended in order, and with others' troubles."""

from deploy.lab import exporters, orders
from tests.trials.readiness import breaks
from tests.trials.readiness.pair import Pair


def nothing(_pair: Pair) -> None:
    pass


def moved(pair: Pair) -> None:
    """The preference for the peer, which holds it then, is left."""
    peer = pair.peer
    orders.move(peer, pair.address)
    pair.wait_serving(peer)


def moved_and_back(pair: Pair) -> None:
    first = pair.holder
    moved(pair)
    pair.clear()
    moved(pair)
    pair.clear()
    pair.wait_serving(first)


def banned_and_cleared(pair: Pair) -> None:
    breaks.ban(lambda pair: pair.address)(pair)
    pair.wait_idle()
    pair.clear()


def proxy_restarted(pair: Pair) -> None:
    holder = pair.holder
    pair.resource("--restart", "--resource", pair.proxy)
    pair.wait_serving(holder)


def proxy_reloaded(pair: Pair) -> None:
    """By its init script, behind Pacemaker's back, as configuration management does it."""
    holder = pair.holder
    holder.run("/etc/init.d/haproxy", "reload")
    pair.wait_serving(holder)


def standby_and_back(pair: Pair) -> None:
    """The holder's: the address moves, and stays where it went."""
    holder, peer = pair.holder, pair.peer
    orders.standby(holder)
    pair.wait_serving(peer)
    holder.run("crm_attribute", "--node", holder.name, "--name", "standby", "--delete")
    pair.wait_idle()


def failures_cleaned_up(pair: Pair) -> None:
    """A fail count at the threshold, until someone deletes it."""
    breaks.fail_counts(breaks.THRESHOLD)(pair)
    pair.wait_idle()
    breaks.forget_failures(pair, pair.peer)


def rebooted(pair: Pair) -> None:
    """The peer, by losing its power."""
    pair.lab.fault("node-off", pair.peer.name)
    pair.lab.heal()


def exporter_restarted(pair: Pair) -> None:
    """On the peer: it knows nothing of what was before."""
    peer = pair.peer
    exporters.stop(peer)
    exporters.start(peer)


def galera_node_down(pair: Pair) -> None:
    """The others serve."""
    pair.lab.fault("galera-stopped")
