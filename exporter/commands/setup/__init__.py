"""`failover-exporter setup`: what this host needs so that the service's user may see all of its cluster.

facts.py         what is to be known of a host; rights.py: its user, socket, ACLs, record
look.py          looks: configuration, users and groups, HAProxy's socket, Pacemaker's ACLs, Keepalived's dump
plan.py          from facts to steps
steps.py         a step, its state, and what it does: also as a command that a person could type
keepalived.py    the steps for Keepalived
acl.py           Pacemaker's access control: what is asked, what is to be said
accounts.py      the accounts in the databases: SQL and option files
config_file.py   a configuration as a file with comments
record.py        what was granted here, so that only this is taken away
apply.py         does the steps
render.py        the steps for a person, or as JSON
command.py       all of it together
"""
