"""What is kept of each event: the outage that clients felt, its phases, the totals, and the file on disk.

attribution.py  which outage belongs to which event
phases.py       the parts of an outage: detection, address, service, reconnect
totals.py       what must survive a restart, to and from JSON
rows.py         an event to and from a row of the database
values.py       checks of values that are read back
health.py       how the journal is: what the page says of it
database.py     the SQLite file: open, write, read, prune
files.py        the same as a file: owners, the lock, a path that can't be one, put aside
writer.py       the thread that writes it, and what happens when it can't
"""
