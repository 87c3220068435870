"""`make drill`: the article's section III as one command, and its last question: still writing?

cases.py    what is stopped, and the article's figure
runs.py     does it in the lab, while a client logs in every 10 ms and an exporter commits rows
felt.py     what clients had, by the ground truth and by the exporter's page (pure)
journal.py  what the exporter's journal has of it
results.py  all of it, as data and as a table (pure);  report.py  docs/drill.md
"""
