"""How long would it take? What the live configuration promises, phase by phase, and what would change it.

settings.py     what of the configuration and of earlier operations decides it
terms.py        what a phase is made of
membership.py   how long Corosync takes to agree that a node is lost
formulas.py     a table: fault and phase, and the sum of what each takes at most
vrrp.py         the same for Keepalived
explanation.py  what sets each phase, what a change would bring, and its price
haproxy.py      HAProxy's timers, out of its files; read again when one of them changed
"""
