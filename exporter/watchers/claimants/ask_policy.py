"""Whether the owners of an address may be asked for, or are left alone (pure: times are monotonic seconds).

Who asks by ARP lets the own kernel hear the answers. Where two own the address, it believes each time the one
that it did not before: this host's clients went from one to the other with each question, and who was just
logging in was cut off. An echo shows who still has an address, and teaches the kernel nothing. But it is no
proof that others find it there: who has it on the loopback interface (IPaddr2's lvs_support) answers too.
"""

Owners = frozenset[bytes]  # MAC addresses, or OURSELVES
OURSELVES = b"ourselves"

# A change of hands, and a split that heals, are over by then.
QUIET_SECONDS = 10.0
ANEW_SECONDS = 60.0
JUST_NOW_SECONDS = 5.0  # two rounds of questions
REMEMBERED = 8  # owners


class AskPolicy:
    """Of one address."""

    def __init__(self) -> None:
        self.owners: Owners | None = None  # by the latest question; None: it was never asked for
        self._met: dict[bytes, None] = {}  # the latest last
        self._asked = float("-inf")
        self._several_since: float | None = None

    @property
    def met(self) -> Owners:
        """Other hosts that have owned it."""
        return frozenset(self._met)

    def meet(self, owners: Owners) -> None:
        for owner in owners - {OURSELVES}:
            self._met.pop(owner, None)
            self._met[owner] = None
        for oldest in list(self._met)[:-REMEMBERED]:
            del self._met[oldest]

    def learn(self, owners: Owners, now: float) -> None:
        """What the question brought that has just been asked."""
        self.owners, self._asked = owners, now

    def sure(self, owners: Owners, now: float) -> bool:
        """Whether a question that brings them needs no second one."""
        return len(owners) < 2 or (owners == self.owners and now - self._asked < JUST_NOW_SECONDS)

    def left_alone(self, echoing: Owners, now: float) -> bool:
        """Whether `owners` has to do, with these that answer an echo now."""
        if len(echoing) < 2:
            self._several_since = None
            return False
        if self._several_since is None:
            self._several_since = now
        if self.owners is None:
            return False
        if len(self.owners) > 1:
            return self.owners <= echoing and now - self._asked < ANEW_SECONDS
        return self._asked < self._several_since and now - self._several_since < QUIET_SECONDS
