"""`python -m tests.trials.keepalived.promised`: what is promised of a takeover, and what clients waited.

cases.py     how Keepalived is configured, and what is broken
runs.py      sets it up, reads the promise, breaks, measures, heals
report.py    the table of docs/expected-seconds.md
cli.py       the command
"""
