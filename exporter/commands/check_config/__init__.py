"""`--check-config`: every mistake in the configuration, by line and key; and whether the host is as it says.

checks.py         files, tools, names, the journal, HAProxy's socket: findings
service_user.py   how root looks at files with the eyes of the service's user
command.py        reads, checks, prints
"""
