"""`make readiness`: what the exporter says of a takeover beforehand, and what then happens.

cases.py     what is done before the node that serves is lost
breaks.py    what keeps a takeover from happening;  healthy.py  what does not;  pair.py  what both work with
runs.py      does it in the lab: breaks, reads both pages, powers the node off, looks, puts everything back
foretold.py  what both pages say (pure)
results.py   all of it, as data and as a table (pure);  report.py  docs/readiness.md
cost.py      what asking the scheduler costs
"""
