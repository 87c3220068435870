"""`make accuracy`: do the exporter's outages agree with those that clients had? What does probing cost?

watch.py     the outages on the exporter's page, read while they happen
block.py     rejects connects for a time;  trials.py  what is broken, and for how long
verdict.py   ground truth compared with the page (pure)
cost.py      CPU, memory, descriptors;  pressure.py  the schedule while large pages are made
results.py   all of it, as data;  report.py  as docs/accuracy.md
"""
