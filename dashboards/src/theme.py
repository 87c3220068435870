"""One palette (Okabe and Ito's, made for all kinds of colour vision) and what its colours mean, everywhere.

Colour never stands alone: a state has its text, a number its unit. Lines whose names are known have a colour
of their own; lines named by hosts are shades of one.
"""

from dataclasses import dataclass

WELL = "#009E73"  # in order
ACTIVE = "#0072B2"  # does the work: holds the address, carries sessions
REDUCED = "#E69F00"  # redundancy or speed is reduced
BAD = "#D55E00"  # clients are hurt, or data is at risk
BY_HAND = "#CC79A7"  # somebody wanted it so: standby, maintenance, drained
CHANGING = "#56B4E9"  # on its way from one state to another
IDLE = "#7F7F7F"  # passive, or not known


@dataclass(frozen=True)
class State:
    value: int
    text: str
    color: str


YES_NO = (State(0, "no", IDLE), State(1, "yes", WELL))
SIGN = (State(0, "no", IDLE), State(1, "yes", BAD))
HOLDING = (
    State(0, "no", IDLE),
    State(1, "holds it", ACTIVE),
    State(2, "holds it, and so does another", BAD),
)
RUNNING = (State(0, "no", IDLE), State(1, "runs here", ACTIVE), State(2, "runs here and elsewhere", BAD))
CONNECTED = (State(0, "lost", BAD), State(1, "connected", WELL))
