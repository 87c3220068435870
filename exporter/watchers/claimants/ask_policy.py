"""Whether an address may be asked for now, or its owners are only checked by echoes (pure).

An ARP request lets the asker's own kernel see the answers. Where two hosts own the address, the kernel
believes each time the one that it did not believe before: this host's clients were moved from one owner to
the other by each question, and one that was logging in at that moment was cut off. An echo shows which owners
still have the address and changes no neighbour table. But it does not prove that others reach the address
there: a host that has it on the loopback interface (IPaddr2's lvs_support) answers echoes too.

Times are monotonic seconds and come as arguments.
"""

Owners = frozenset[bytes]  # MAC addresses, or OURSELVES
OURSELVES = b"ourselves"

# A move, and a split that heals by itself, are over by then.
QUIET_SECONDS = 10.0
ASK_AGAIN_SECONDS = 60.0
RECENT_SECONDS = 5.0  # two rounds of questions
REMEMBERED = 8  # owners


class AskPolicy:
    """For one address."""

    def __init__(self) -> None:
        self.owners: Owners | None = None  # by the latest question; None: it was never asked for
        self._known: dict[bytes, None] = {}  # the latest last
        self._asked = float("-inf")
        self._several_since: float | None = None

    @property
    def known_owners(self) -> Owners:
        """Other hosts that have owned it, the last few."""
        return frozenset(self._known)

    def remember(self, owners: Owners) -> None:
        for owner in owners - {OURSELVES}:
            self._known.pop(owner, None)
            self._known[owner] = None
        for oldest in list(self._known)[:-REMEMBERED]:
            del self._known[oldest]

    def record(self, owners: Owners, now: float) -> None:
        """The result of a question that has just been asked."""
        self.owners, self._asked = owners, now

    def is_conclusive(self, owners: Owners, now: float) -> bool:
        """Whether a question with this result needs no second one to confirm it."""
        return len(owners) < 2 or (owners == self.owners and now - self._asked < RECENT_SECONDS)

    def defers(self, echoing: Owners, now: float) -> bool:
        """Whether no question is to be asked now, given the owners that answer an echo: `owners` stays."""
        if len(echoing) < 2:
            self._several_since = None
            return False
        if self._several_since is None:
            self._several_since = now
        if self.owners is None:
            return False
        if len(self.owners) > 1:
            return self.owners <= echoing and now - self._asked < ASK_AGAIN_SECONDS
        return self._asked < self._several_since and now - self._several_since < QUIET_SECONDS
