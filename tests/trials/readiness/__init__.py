"""`make readiness`: what the exporter says of a takeover beforehand, and what then happens.

cases.py    what is broken (or not) before the node that serves is lost
runs.py     does it in the lab: breaks, reads both pages, powers the node off, looks
results.py  all of it, as data and as a table (pure);  report.py  docs/readiness.md
cost.py     what asking the scheduler costs
"""
