"""`make keepalived`: what breaks under Keepalived, what each exporter makes of it, and what is alerted.

cases.py     each fault and what must come of it, written before the first run
runs.py      breaks, waits, heals
verdict.py   what was expected and what came (pure)
report.py    the table of docs/keepalived.md
cli.py       the command
promised/    another command: whether a takeover takes what was promised
"""
