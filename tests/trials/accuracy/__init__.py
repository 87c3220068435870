"""`make accuracy`: are the outages that the exporter tells those that clients had? What does knowing cost?

client.py    the ground truth: a client every 10 ms, on its own: no code of the exporter is in it
truth.py     its log -> outages, by docs/metrics.md's definition, apart from the exporter's ledger (pure)
page.py      the outages that the exporter's page tells
block.py     rejects connects for a time;  trials.py  what is broken, and for how long
verdict.py   truth beside page (pure);  cost.py  CPU, memory, descriptors
results.py   all of it, as data;  report.py  as docs/accuracy.md
"""
