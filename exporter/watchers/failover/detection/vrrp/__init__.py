"""From what Keepalived, the kernel and ARP show on one host to moves and restarts with their causes: pure.

snapshot   one look: each VRRP instance, who holds its addresses
changes    what is different between two looks: the evidence
causes     the tables of rules: from a loss or a gain and its evidence to a cause
track      one instance from look to look: lost, taken over, held
detector   the state machine that puts these together

One host sees its own side alone. Of a loss here it knows why; of a loss elsewhere it knows how the other one
went: with a goodbye (an advertisement of priority 0: one where Keepalived was stopped, two where what it
tracks failed), silently, or while it was still advertising, then with a lower priority.
"""
