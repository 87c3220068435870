"""Detects each move and restart of the watched resources, finds its cause, and keeps a journal of them.

watcher.py      the loop: when to read Pacemaker's status, and what is done with each reading
change_feed.py  when to read it: crm_mon as a stream, the kernel's notifications of addresses, the probers
manager.py      what it asks of who moves the addresses: pacemaker.py, keepalived.py
addresses.py    which IP address a resource is, asked with crm_resource
events.py       one move or restart as data: Event, Outage, Held
metrics.py      the families of the page
options.py      the configuration's section `failover:`
detection/      snapshots of Pacemaker's status -> events with their cause
journal/        events -> outages, phases, totals, and the SQLite file
"""
